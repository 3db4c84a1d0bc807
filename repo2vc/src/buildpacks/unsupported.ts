import { Failure } from '../failure.ts';

/** What a person can do about a specification that cannot be built from. */
export const wayOut =
  'Describe the environment with a requirements.txt (in binder/, if other tools need the files that are there), or ' +
  'write an environment template: repo2vc init NOTEBOOK.';

/** The Failure for a file that repo2docker would build from and this version of repo2vc cannot. */
export function unsupported(file: string, what: string): Failure {
  return new Failure(
    'specification-unsupported',
    `${file} describes the environment (${what}), and this version of repo2vc cannot build from it.`,
    { hint: wayOut, args: { file } },
  );
}
