import type { ImageView } from '../../io/docker/images.ts';

/** Where all that images are given lies in them. */
const given = '/opt/repo2vc';
/** Where the certificate authorities lie in every image that was given some. */
const authoritiesPath = `${given}/ca.pem`;

/** The variables by which programs find certificate authorities. */
export const authorityVariables = [
  'SSL_CERT_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
] as const;

const trust = authorityVariables.map((name) => `${name}=${authoritiesPath}`);

/** Whom the programs of an image run as that repo2vc describes: repo2docker's user. */
export const imageUser = { name: 'jovyan', uid: 1000, gid: 1000, home: '/home/jovyan' } as const;

const prefix = '/srv/venv';
const uvPath = `${given}/uv/bin/uv`;
const pythonPath = `${prefix}/bin/python`;

type Variables = Readonly<Record<string, string>>;

/** The exit code by which an image says that it cannot carry an environment of Python. */
export const lacksPython = 91;

/** An image that trusts the computer's certificate authorities, and is the same else. Pure. */
export function renderTrusting(base: string): string {
  return lines([`FROM ${base}`, `COPY ca.pem ${authoritiesPath}`, `ENV ${trust.join(' ')}`]);
}

/**
 * An image with uv, an empty environment, and a plain user: what every environment of Python is built on. Every line is
 * a container for the engine, so there are few. `settings` are for this build alone. Pure.
 */
export function renderPython(
  base: Pick<ImageView, 'id' | 'user' | 'entrypoint'>,
  trusting: boolean,
  settings: Variables,
): string {
  const { name, uid, gid, home } = imageUser;
  const variables = [
    ...(trusting ? trust : []),
    ...[`HOME=${home}`, `USER=${name}`, `NB_USER=${name}`, `NB_UID=${uid}`, 'SHELL=/bin/bash'],
    ...['LANG=C.UTF-8', `REPO_DIR=${home}`, `NB_PYTHON_PREFIX=${prefix}`, `VIRTUAL_ENV=${prefix}`],
    ...['PYTHONUNBUFFERED=1', `PATH=${prefix}/bin:${home}/.local/bin:$PATH`],
  ];
  return lines([
    `FROM ${base.id}`,
    ...(['', '0', 'root'].includes(base.user) ? [] : ['USER root']),
    `COPY ${trusting ? 'ca.pem ' : ''}prepare.sh uv.txt ${given}/`,
    `ENV ${variables.join(' ')}`,
    run(['/bin/sh', `${given}/prepare.sh`], settings),
    `USER ${uid}:${gid}`,
    `WORKDIR ${home}`,
    'EXPOSE 8888',
    ...(base.entrypoint.length === 0 ? [] : ['ENTRYPOINT []']),
    'CMD ["jupyter", "lab", "--ip", "0.0.0.0"]',
  ]);
}

/** Makes the user and the empty environment. A user that has the number already gives it up, as in repo2docker. */
export const prepareScript = `#!/bin/sh
set -eu
umask 022
lacks() { echo "repo2vc: $1"; exit ${lacksPython}; }
command -v python3 >/dev/null || lacks "there is no python3"
python3 -m pip --version >/dev/null || lacks "python3 has no pip"
for file in /etc/passwd /etc/group; do
  sed -e '/^${imageUser.name}:/d' -e '/^[^:]*:[^:]*:${imageUser.uid}:/d' "$file" >"$file.new"
  cat "$file.new" >"$file"
  rm "$file.new"
done
echo '${imageUser.name}:x:${imageUser.uid}:${imageUser.gid}::${imageUser.home}:/bin/bash' >>/etc/passwd
echo '${imageUser.name}:x:${imageUser.gid}:' >>/etc/group
mkdir -p ${imageUser.home} ${prefix}
python3 -m pip install --target ${given}/uv --no-deps --require-hashes --only-binary :all: --no-compile \\
  --no-cache-dir --disable-pip-version-check --root-user-action ignore --retries 2 -r ${given}/uv.txt
${uvPath} venv --no-project --no-cache --no-config --python "$(command -v python3)" --allow-existing ${prefix}
chown -R ${imageUser.uid}:${imageUser.gid} ${imageUser.home} ${prefix}
`;

/** The words for resolving requirements to versions with hashes; they are given, and asked for, by streams. Pure. */
export function resolveWords(flags: readonly string[], sourceBuilds: boolean): string[] {
  return [
    ...[uvPath, 'pip', 'compile', '--python', pythonPath, ...flags],
    ...['--no-cache', '--generate-hashes', '--no-header', '--no-annotate'],
    ...[...(sourceBuilds ? [] : ['--no-build']), '-'],
  ];
}

/** An image with exactly the packages of requirements.txt, which lies beside the Dockerfile. Pure. */
export function renderEnvironment(
  base: string,
  options: {
    readonly settings: Variables;
    readonly flags: readonly string[];
    readonly hashed: boolean;
    readonly sourceBuilds: boolean;
  },
): string {
  const words = [
    ...[uvPath, 'pip', 'install', '--python', pythonPath, ...options.flags],
    ...['--no-cache', '--no-deps', ...(options.hashed ? ['--require-hashes'] : []), '--compile-bytecode'],
    ...[...(options.sourceBuilds ? [] : ['--no-build']), '-r', `${given}/requirements.txt`],
  ];
  return lines([`FROM ${base}`, `COPY requirements.txt ${given}/`, run(words, options.settings)]);
}

function run(words: readonly string[], settings: Variables): string {
  const variables = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const env = ['/usr/bin/env', ...variables.map(([name, value]) => `${name}=${value}`)];
  return `RUN ${JSON.stringify([...(variables.length > 0 ? env : []), ...words])}`;
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
