import { createToken, tokenOf } from '../archive/folder.ts';
import { type RunningArchive, type ServeArchiveOptions, serveArchive } from '../archive/serve.ts';
import { credentialFor, saveCredential } from '../settings/credentials.ts';
import { registerLocalArchive } from '../settings/local-archives.ts';

/**
 * Serves a local archive so that this person's other commands find it and may publish there: its entry says where it
 * is, and a token for it lies with the person's credentials, under the address that it has now.
 */
export async function openLocalArchive(options: ServeArchiveOptions): Promise<RunningArchive> {
  const { context } = options;
  const archive = await serveArchive(options);
  try {
    await registerLocalArchive(context, archive);
    const saved = await credentialFor(context.places, archive.origin);
    const isGood = saved !== undefined && (await tokenOf(archive.directory, saved)) !== undefined;
    const token = isGood ? saved : await createToken(archive.directory, context);
    await saveCredential(context.places, archive.origin, token);
    return archive;
  } catch (error) {
    await archive.close();
    throw error;
  }
}
