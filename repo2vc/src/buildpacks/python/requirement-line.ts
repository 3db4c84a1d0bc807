import { parseRequirement } from '../requirement-grammar.ts';

/** Why a line cannot be honoured, and what to write instead. */
export interface LineProblem {
  readonly why: string;
  readonly hint: string;
}

/** `keep`: whether the line goes into the environment's description; a line that changes nothing does not. */
type LineCheck = { readonly keep: boolean } | LineProblem;

/** Room for some hundred hashes. A stranger's line is matched by patterns, which take long over endless ones. */
const longestLine = 20_000;
const indexOptions = ['-i', '--index-url', '--extra-index-url', '-f', '--find-links'];

/** Judges one logical line of a requirements file. Options that change nothing are dropped, never misunderstood. */
export function checkLine(text: string): LineCheck {
  if (text.length > longestLine) return problem('the line is too long', 'Shorten it.');
  if (/\p{Cc}/u.test(text.replaceAll('\t', ' '))) {
    return problem('it holds control characters', 'Remove them.');
  }
  if (/\$\{[A-Z0-9_]+\}/.test(text)) {
    return problem('it refers to an environment variable of the computer', 'Write the value itself.');
  }
  if (text.startsWith('-')) return checkOption(text);
  if (/^[^@\s]+\.(whl|zip|tar\.gz|tgz)$/i.test(text) && !text.includes('://')) return localPath;
  const named = parseRequirement(text);
  if (named && named.address === undefined) return { keep: true };
  const address = named?.address ?? (/^[a-z+]+:/i.test(text) ? text.split(/\s/)[0] : undefined);
  if (address !== undefined) return checkAddress(address);
  if (/^[./~]|[\\/]/.test(text)) return localPath;
  return problem('it is not a requirement', 'Write a name and a version, such as numpy==2.1.3.');
}

const localPath = problem(
  'it names a file or folder of this repository as a package',
  'Publish the package (or name its git address: name @ git+https://...), or install it in a cell of an environment template.',
);

function checkOption(text: string): LineCheck {
  const [, option = '', value = ''] = /^(--?[A-Za-z-]+?)(?:[=\s]\s*(.*))?$/.exec(text) ?? [];
  if (option === '--prefer-binary') return { keep: false };
  if (option === '--only-binary') return { keep: true };
  if (indexOptions.includes(option)) return checkIndex(value);
  if (/^(-e|--editable)/.test(text)) {
    return problem('an editable install needs a working copy', localPath.hint);
  }
  return optionProblem(option, text);
}

function optionProblem(option: string, text: string): LineProblem {
  if (option === '--pre') {
    return problem('--pre would change every package', 'Name the pre-release that you want: name==2.0rc1.');
  }
  if (option === '--require-hashes') {
    return problem(
      'what repo2vc adds has no hash here',
      'Leave the line out: every hash that is written is checked all the same.',
    );
  }
  if (option === '--no-binary') {
    return problem(
      'packages are built from source only after consent',
      'Leave the line out: where no wheel exists, you are asked.',
    );
  }
  if (/^(-c|--constraint)/.test(text)) {
    return problem('constraint files are not read', 'Write the versions into requirements.txt.');
  }
  return problem('this option is not understood', 'Leave the line out.');
}

function checkIndex(value: string): LineCheck {
  const address = checkAddress(value);
  if ('why' in address || /^https:/i.test(value)) return address;
  return problem('only https addresses are taken as a source of packages', 'Leave the line out.');
}

/** An address is taken when it is https (or git over https) and carries no user name or password. */
function checkAddress(address: string): LineCheck {
  const url = /^(?:git\+)?https:\/\/\S+$/i.test(address)
    ? parseUrl(address.replace(/^git\+/i, ''))
    : undefined;
  if (url && (url.username !== '' || url.password !== '')) {
    return problem(
      'its address carries a user name or password, which would be published with it',
      'Take it out of the file, and change the password if it was published.',
    );
  }
  if (url) return { keep: true };
  return problem(
    'only https:// and git+https:// addresses are taken',
    'Name the package and its version, or an https address.',
  );
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function problem(why: string, hint: string): LineProblem {
  return { why, hint };
}
