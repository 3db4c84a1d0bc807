import type { ContainerSettings, PythonSpec } from '../../model/index.ts';

type BaseImages = NonNullable<ContainerSettings['baseImages']>;

/** repo2docker's, where nothing says which Python is wanted. */
const usualMinor = '3.10';

const pythonImage = (minor: string) => `python:${minor}-slim-bookworm`;

/** The images that could serve a spec of Python, best first; where any will do, also those that the settings name. */
export function pythonImages(python: PythonSpec['python'], baseImages: BaseImages): string[] {
  if (python !== 'any') return python.map(pythonImage);
  const named = Object.keys(baseImages).filter((name) => /^python:3\.\d+-slim-bookworm$/.test(name));
  return [...new Set([pythonImage(usualMinor), ...named.sort()])];
}

/**
 * The name that the settings give in the place of another: of an exact key, else of the longest key before a `*`. A `*`
 * at the end of the new name stands for the rest, so a registry can be put in front.
 */
export function mappedName(name: string, baseImages: BaseImages): string {
  if (Object.hasOwn(baseImages, name)) return baseImages[name] ?? name;
  const [longest] = Object.keys(baseImages)
    .filter((key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)))
    .sort((a, b) => b.length - a.length);
  const instead = longest === undefined ? undefined : baseImages[longest];
  if (instead === undefined) return name;
  return instead.replace(/\*$/, () => name.slice((longest?.length ?? 0) - 1));
}

/** An image's name without tag and digest. */
export function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
