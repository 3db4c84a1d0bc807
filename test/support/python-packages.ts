import { spawnSync } from 'node:child_process';

const wheelScript = `
import base64, hashlib, json, sys, zipfile
folder, name, version, requires = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
info = f'{name}-{version}.dist-info'
files = {
  f'{name}.py': f'version = {version!r}\\n',
  f'{info}/METADATA': ''.join(f'{line}\\n' for line in [
    'Metadata-Version: 2.1', f'Name: {name}', f'Version: {version}', *[f'Requires-Dist: {one}' for one in requires]]),
  f'{info}/WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
with zipfile.ZipFile(f'{folder}/{name}-{version}-py3-none-any.whl', 'w') as wheel:
  for path, text in files.items(): wheel.writestr(path, text)
  wheel.writestr(f'{info}/RECORD', ''.join(f'{path},,\\n' for path in [*files, f'{info}/RECORD']))
`;

const sdistScript = `
import io, sys, tarfile
folder, name, version, probe = sys.argv[1:]
backend = f'''
import os, zipfile
def get_requires_for_build_wheel(config_settings=None): return []
def build_wheel(directory, config_settings=None, metadata_directory=None):
  seen = os.path.exists({probe!r})
  info = '{name}-{version}.dist-info'
  files = dict([
    ('{name}.py', 'saw_the_probe = ' + repr(seen) + chr(10) + 'built_by = ' + repr(os.getuid()) + chr(10)),
    (info + '/METADATA', 'Metadata-Version: 2.1' + chr(10) + 'Name: {name}' + chr(10) + 'Version: {version}' + chr(10)),
    (info + '/WHEEL', 'Wheel-Version: 1.0' + chr(10) + 'Root-Is-Purelib: true' + chr(10) + 'Tag: py3-none-any' + chr(10)),
  ])
  wheel = '{name}-{version}-py3-none-any.whl'
  with zipfile.ZipFile(os.path.join(directory, wheel), 'w') as archive:
    for path, text in files.items(): archive.writestr(path, text)
    archive.writestr(info + '/RECORD', ''.join(path + ',,' + chr(10) for path in [*files, info + '/RECORD']))
  return wheel
'''
files = {
  'PKG-INFO': f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n',
  'pyproject.toml': '[build-system]\\nrequires = []\\nbuild-backend = "backend"\\nbackend-path = ["."]\\n',
  'backend.py': backend,
}
with tarfile.open(f'{folder}/{name}-{version}.tar.gz', 'w:gz') as archive:
  for path, text in files.items():
    entry = tarfile.TarInfo(f'{name}-{version}/{path}')
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))
`;

/** Writes a wheel of one module into a folder. */
export function makeWheel(
  folder: string,
  name: string,
  version: string,
  requires: readonly string[] = [],
): void {
  python(wheelScript, [folder, name, version, ...requires]);
}

/** Writes a source distribution whose build looks for `probe`; its module tells in `saw_the_probe`, and `built_by` whom. */
export function makeSourceDistribution(folder: string, name: string, version: string, probe: string): void {
  python(sdistScript, [folder, name, version, probe]);
}

function python(script: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync('python3', ['-c', script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
