import type { Context } from '../context.ts';
import type { Http } from '../io/http.ts';
import type { ArchiveSetting, Reference, Settings, Snapshot } from '../model/index.ts';

/** What a provider may ask when it reads a reference: nothing outside the text but which archives are known. */
export interface ClaimContext {
  readonly archives: readonly ArchiveSetting[];
  /** Absolute; what a relative path is relative to. */
  readonly workingDirectory: string;
  /** Absolute; what `~` stands for. */
  readonly home: string | undefined;
}

export interface FetchTools extends Context {
  readonly http: Http;
  readonly settings: Settings;
  /** Absolute path of the run folder; `Snapshot.folder` is relative to it. */
  readonly runFolder: string;
}

/** A place where experiments and environment templates are published. */
export interface ContentProvider<R extends Reference = Reference> {
  readonly id: R['kind'];
  /** Says by syntax alone, without network or disk, whether this text is ours. Pure. */
  claims(text: string, context: ClaimContext): R | undefined;
  /** Says by syntax alone whether the page that a DOI leads to is ours. Absent where no DOI leads. Pure. */
  landing?(url: string, doi: string, context: ClaimContext): R | undefined;
  /**
   * Fetches and verifies the files into `folder` (relative to the run folder; does not exist yet, or holds what an
   * interrupted fetch of the same reference left). Complete or a Failure: a snapshot never lacks a file.
   */
  fetch(reference: R, folder: string, tools: FetchTools): Promise<Snapshot>;
}
