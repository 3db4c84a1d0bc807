import type { Context } from '../../context.ts';
import { isFailure } from '../../failure.ts';
import type { Http } from '../../io/http.ts';
import type { ArchiveSetting, Finding } from '../../model/index.ts';
import { fine, note, problemFrom } from '../../model/index.ts';
import { shellWord } from '../../model/shell-word.ts';
import { httpFor } from '../../settings/client.ts';
import { credentialFor } from '../../settings/credentials.ts';
import { localArchives } from '../../settings/local-archives.ts';
import { loadSettings } from '../../settings/settings.ts';

const patienceMs = 8_000;

/** The settings, the credentials file, and whether the archives answer. */
export async function examineArchives(context: Context): Promise<readonly Finding[]> {
  try {
    const settings = await loadSettings(context.places, await localArchives(context.places));
    const http = httpFor(context, settings, 'doctor');
    const answers = settings.archives.map((archive) => examineArchive(archive, http, context));
    return [
      fine('settings', 'settings-valid', 'The settings are valid.'),
      await examineCredentials(context),
      ...(await Promise.all(answers)),
    ];
  } catch (error) {
    return [problemFrom('settings', error)];
  }
}

async function examineCredentials(context: Context): Promise<Finding> {
  try {
    await credentialFor(context.places, 'https://zenodo.org');
    return fine(
      'credentials',
      'credentials-safe',
      'No other user of this computer can read the credentials.',
    );
  } catch (error) {
    return problemFrom('credentials', error);
  }
}

/** An archive that does not answer is a note: most experiments come from elsewhere. */
async function examineArchive(
  { name, origin, directory }: ArchiveSetting,
  http: Http,
  context: Context,
): Promise<Finding> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)]);
  const args = { name, origin };
  try {
    await http.request({
      url: `${origin}/api/records?size=1`,
      accept: 'application/json',
      idempotent: false,
      signal,
    });
    return fine('archives', 'archive-answers', `${name} (${origin}) answers.`, args);
  } catch (error) {
    if (context.signal.aborted || !isFailure(error)) throw error;
    const why =
      error.code === 'interrupted' ? `It did not within ${patienceMs / 1000} seconds.` : error.message;
    const message = `${name} (${origin}) does not answer. ${why}`;
    return note(
      'archives',
      'archive-silent',
      message,
      { ...args, why },
      directory ? `repo2vc archive serve --dir ${shellWord(directory)}` : `curl -I ${origin}`,
    );
  }
}
