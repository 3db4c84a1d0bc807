import { Failure } from '../failure.ts';
import type { Answers, Creator, Need, Scalar } from '../model/index.ts';
import { type Ask, askYes } from './ask.ts';
import { safe } from './render/words.ts';

/** What a person answered: what may be written down, secrets that may not, and tokens for archives. */
export interface Answered {
  readonly answers: Partial<Answers>;
  readonly secrets: ReadonlyMap<string, string>;
  readonly tokens: ReadonlyMap<string, string>;
}

const none: Answered = { answers: {}, secrets: new Map(), tokens: new Map() };

/** Asks for everything that the run of this id needs, one question after the other. */
export async function askForAll(needs: readonly Need[], runId: string, ask: Ask): Promise<Answered> {
  let all = none;
  for (const need of needs) {
    const one = await askFor(need, runId, ask);
    all = {
      answers: {
        ...all.answers,
        ...one.answers,
        parameters: { ...all.answers.parameters, ...one.answers.parameters },
        consents: [...(all.answers.consents ?? []), ...(one.answers.consents ?? [])],
      },
      secrets: new Map([...all.secrets, ...one.secrets]),
      tokens: new Map([...all.tokens, ...one.tokens]),
    };
  }
  return all;
}

async function askFor(need: Need, runId: string, ask: Ask): Promise<Answered> {
  switch (need.kind) {
    case 'parameter':
      return askForParameter(need, ask);
    case 'consent':
      await askYes(`${consentQuestion(need)}\nGo on?`, ask);
      return { ...none, answers: { consents: [need.to] } };
    case 'confirm':
      if (need.what === 'plan') await askYes('Build and run this?', ask);
      else await askYes('Make this public? It cannot be undone.', ask, draftsStay(runId));
      return { ...none, answers: { confirmed: [need.hash] } };
    case 'login': {
      const token = await ask(`Your access token for ${need.origin} (it is not shown): `, { hidden: true });
      return { ...none, tokens: new Map([[need.origin, token]]) };
    }
    case 'metadata':
      return { ...none, answers: await askForMetadata(need, ask) };
  }
}

async function askForParameter(need: Extract<Need, { kind: 'parameter' }>, ask: Ask): Promise<Answered> {
  const { name, parameter } = need;
  const unit = 'unit' in parameter && parameter.unit ? ` in ${parameter.unit}` : '';
  const choices = 'enum' in parameter && parameter.enum ? ` (${parameter.enum.join(', ')})` : '';
  const title = safe(`${parameter.title ?? name}${unit}${choices}`);
  if ('writeOnly' in parameter) {
    return {
      ...none,
      secrets: new Map([[name, await ask(`${title} (it is not shown): `, { hidden: true })]]),
    };
  }
  const text: Scalar = await ask(`${title}: `);
  return { ...none, answers: { parameters: { [name]: text } } };
}

/** Who does not publish now leaves drafts behind, which hold reserved DOIs. */
function draftsStay(runId: string) {
  return {
    message: 'Nothing was made public. The drafts and their reserved DOIs stay at the archive.',
    hint: `Type the same command again to be asked again,\nor throw the drafts away with: repo2vc runs cancel ${runId}`,
  };
}

function consentQuestion(need: Extract<Need, { kind: 'consent' }>): string {
  if (need.to === 'source-builds') {
    const packages = (need.packages ?? []).map(safe).join(', ');
    return `There are no ready-made wheels for ${packages}. Building them runs their authors’ code on this computer.`;
  }
  return need.isolation === 'none'
    ? 'This will run other people’s code on this computer with your own rights: it can read and change all that you can.\n' +
        'Installing bubblewrap (apt-get install bubblewrap) would keep it apart from your files.'
    : 'This will run other people’s code on this computer, kept apart from your files and processes by bubblewrap.';
}

async function askForMetadata(
  need: Extract<Need, { kind: 'metadata' }>,
  ask: Ask,
): Promise<Partial<Answers>> {
  if (need.field === 'title') return { title: await ask(`Title of the ${need.role} record: `) };
  if (need.field === 'licence')
    return { licence: await ask(`Licence, as an SPDX identifier (CC-BY-4.0, CC0-1.0, MIT …): `) };
  const creators: Creator[] = [];
  do {
    const name = await ask(
      `Author ${creators.length + 1}, as “Family name, Given name”${creators.length > 0 ? ' (empty: no more)' : ''}: `,
    );
    if (name === '' && creators.length > 0) break;
    const [familyName = '', givenName] = name.split(',').map((part) => part.trim());
    if (familyName === '') continue;
    const orcid = await ask('  ORCID (0000-0000-0000-0000, empty for none): ');
    creators.push({ familyName, ...(givenName ? { givenName } : {}), ...(orcid ? { orcid } : {}) });
  } while (true);
  return { creators };
}

/** What to type for each open question, where none can be asked. */
function flagFor(need: Need): string {
  switch (need.kind) {
    case 'parameter':
      return 'writeOnly' in need.parameter ? `--secret-file ${need.name}=FILE` : `-p ${need.name}=VALUE`;
    case 'consent':
      return need.to === 'process' ? '--provider process' : '--allow-source-builds';
    case 'confirm':
      return `--confirm ${need.hash}`;
    case 'login':
      return `repo2vc login ${need.origin}`;
    case 'metadata':
      return {
        title: '--title TEXT',
        creators: '--creator "Family, Given [ORCID]"',
        licence: '--licence SPDX',
      }[need.field];
  }
}

/**
 * The failure for open questions where nobody can be asked: it names the flag that answers each. Without a run that can
 * be gone on with, the same command is typed again.
 */
export function unanswered(needs: readonly Need[], runId?: string): Failure {
  const who = runId === undefined ? 'This' : `Run ${runId}`;
  return new Failure('needs-answer', `${who} waits for ${questions(needs)}.`, {
    hint: howToAnswer(needs, runId),
    args: { ...(runId === undefined ? {} : { run: runId }), needs: needs.map((need) => need.kind) },
  });
}

function howToAnswer(needs: readonly Need[], runId: string | undefined): string {
  const flags = needs.map(flagFor);
  const has = (kind: Need['kind']) => needs.some((need) => need.kind === kind);
  if (runId === undefined && has('login')) return `${flags.join('\n')}\nand type the same command again`;
  if (runId === undefined || has('metadata')) return `Type the same command again, with ${flags.join(' ')}`;
  const next = `repo2vc runs resume ${runId}`;
  if (flags.length === 1 && !has('login')) return `Answer with: ${next} ${flags[0]}`;
  return `Answer with:\n${flags.map((flag) => `  ${flag}`).join('\n')}\nand go on with: ${next}`;
}

function questions(needs: readonly Need[]): string {
  const words = {
    parameter: 'a parameter',
    consent: 'your consent',
    confirm: 'your yes to what is shown above',
    login: 'your login',
    metadata: 'a description of what is published',
  };
  return [...new Set(needs.map((need) => words[need.kind]))].join(' and ');
}
