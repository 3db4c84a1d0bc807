import type { Server } from 'node:http';
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import type { ClusterGoal, ClusterId, ClusterView, Finding, NodeView } from '../model/index.ts';

/** One thing to make true. Plain data, so it can be shown, journalled and repeated. */
export interface ClusterStep {
  /** Unique in its plan: `node:worker-2`. */
  readonly key: string;
  readonly kind: 'ensure' | 'replace' | 'remove';
  /** The node that it makes or removes, if it is about one. */
  readonly node?: string;
  /** Keys of the steps that must be done before. */
  readonly after: readonly string[];
  readonly why: string;
  readonly deadlineMs: number;
}

/** What a provider promises; the contract test holds it to this. */
export interface Guarantees {
  readonly limits: 'enforced' | 'watched';
  readonly expiry: 'enforced' | 'best-effort';
  readonly isolation: 'bubblewrap' | 'container' | 'none';
}

/** How a program is run. One that leaves others running is over when it ends itself; those may be ended with it. */
export interface ExecOptions {
  /** Relative to the node's home. Default: the home. */
  readonly cwd?: string;
  /** Added to the node's environment. Never a secret: an environment can be inspected. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Hears every line as it comes; a long one in pieces, `more` says that another piece of the same line follows. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr', more: boolean) => void;
}

export interface ExecResult {
  /** 128 + n when signal n ended it, as shells have it. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

/** A program on a node that outlives us. `code` is there once it has ended by itself. */
export type JobView =
  | { readonly state: 'absent' }
  | { readonly state: 'running' }
  | { readonly state: 'ended'; readonly code: number }
  /** It is gone and nobody saw how: killed with its node, or out of memory. */
  | { readonly state: 'lost' };

/** Where a port of a node answers on this computer. */
export interface NodeEndpoint {
  readonly host: string;
  readonly port: number;
  /** This process leads there, and only as long as it lives: whoever asks again opens the same way again. */
  readonly forwarded?: true;
}

/**
 * Access to one node. Programs run as the node's user, with the environment's `bin` first on the PATH; paths are
 * relative to the node's home. argv is never a shell string.
 */
export interface NodeConnection {
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a program that survives our death, once: a job of that name that runs is left alone. */
  startJob(name: string, argv: readonly string[], options?: Pick<ExecOptions, 'cwd' | 'env'>): Promise<void>;
  job(name: string): Promise<JobView>;
  /** The last bytes (default 64 KiB) of what the job printed. */
  jobLog(name: string, maxBytes?: number): Promise<string>;
  stopJob(name: string): Promise<void>;
  /** Unpacks a tar stream into a folder below the home, which is made. Overwrites. */
  put(tar: Readable, directory: string): Promise<void>;
  /** The named files below `directory` as a tar stream; those that are gone are left out. */
  get(directory: string, paths: readonly string[]): Promise<Readable>;
  /** Puts a secret on memory-backed storage (0600) where only the node sees it; gives its path on the node. */
  putSecret(name: string, value: string): Promise<string>;
  /**
   * Leads the programs of this node, and nobody else, to an HTTP server of ours, which need not listen anywhere: they
   * find it at the unix socket `nodePath`. It ends with `close`, and with us; the server's own connections are its owner's.
   */
  serve(
    name: string,
    server: Server,
  ): Promise<{ readonly nodePath: string; readonly close: () => Promise<void> }>;
  /** Where a server on the node must listen so that `endpoint(port)` reaches it: a port that is free there now. */
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Where `port` of the node answers, seen from this computer. */
  endpoint(port: number): Promise<NodeEndpoint>;
  /** The node's home, as programs on the node see it. */
  readonly home: string;
}

/** Where nodes run. Stateless; the engine owns journal, retries, deadlines, concurrency and cancellation. */
export interface ClusterProvider {
  readonly id: string;
  /** Which builder makes environments for it. */
  readonly builder: 'prefix' | 'image';
  /** What a person must consent to before other people's code runs there; absent where that is kept apart. */
  readonly consent?: 'process';
  /** Steps at once: more would only wait for each other, or be impolite to a remote engine. */
  readonly parallel: number;
  /** Read-only: what it promises on this computer, or a Failure that says what to fix. */
  check(context: Context): Promise<Guarantees>;
  /** What it needs of this computer, and whether that is there: for `repo2vc doctor`. Changes nothing. */
  examine(context: Context): Promise<readonly Finding[]>;
  /** What exists with this cluster's tags; phase `absent` when nothing does. Never reads our run folder. */
  observe(cluster: ClusterId, context: Context): Promise<ClusterView>;
  /** What must be done for `goal`. Pure. Serves create, resume, repair and destroy alike. */
  plan(goal: ClusterGoal | 'absent', seen: ClusterView): readonly ClusterStep[];
  /** Makes one step true. Safe to repeat after any interruption. */
  perform(
    step: ClusterStep,
    goal: ClusterGoal | 'absent',
    cluster: ClusterId,
    context: Context,
  ): Promise<void>;
  /** Moves the end of a cluster. */
  renew(cluster: ClusterId, expiresAt: string, context: Context): Promise<void>;
  /** Ends every program on these nodes, so that their files stand still; `connect` still reaches those. */
  stop(cluster: ClusterId, nodes: readonly NodeView[], context: Context): Promise<void>;
  /** Every cluster with our tags on it, of every owner, also those that this computer's files do not know. */
  list(context: Context): Promise<readonly ClusterView[]>;
  /**
   * Works for every node that has a tag: the files of one that was lost, has expired or was stopped can be read until
   * it is removed. Jobs can only be started on `ready` ones.
   */
  connect(cluster: ClusterId, node: NodeView, context: Context): Promise<NodeConnection>;
}
