// Made from schemas/ by `npm run generate`. Change the schema, not this file.


/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Scalar".
 */
export type Scalar = (string | number | boolean)
/**
 * Lower-case letters, digits and hyphens; begins with a letter.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Name".
 */
export type Name = string
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Minutes".
 */
export type Minutes = number
/**
 * SHA-256 in lower-case hexadecimal.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Sha256".
 */
export type Sha256 = string
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveId".
 */
export type ArchiveId = string
/**
 * RFC 3339, UTC.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Timestamp".
 */
export type Timestamp = string
/**
 * Scheme, host and port of a server.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Origin".
 */
export type Origin = string
/**
 * A DOI without a resolver in front.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Doi".
 */
export type Doi = string
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "RecordId".
 */
export type RecordId = string
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Environment".
 */
export type Environment = (PrefixEnvironment | ImageEnvironment)
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ImageId".
 */
export type ImageId = string
/**
 * A path inside a folder, with / between its parts; never absolute, never leading out of the folder.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "RelativePath".
 */
export type RelativePath = string
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Chosen".
 */
export type Chosen = (ChosenTemplate | ChosenBuildpack)
/**
 * What a person asked for, read by syntax (and, for a DOI, by one question to its resolver). Saved as reference.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Reference".
 */
export type Reference = (LocalReference | GitReference | InvenioRdmReference)
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Parameter".
 */
export type Parameter = (TextParameter | NumberParameter | BooleanParameter)
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Amount".
 */
export type Amount = (number | {
parameter: string
})
/**
 * An environment described once, to be built for where it runs.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "EnvironmentSpec".
 */
export type EnvironmentSpec = (PythonSpec | DockerfileSpec)
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "UsedLink".
 */
export type UsedLink = (UsedRecord | UsedFolder)
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Need".
 */
export type Need = (ParameterNeed | ConsentNeed | ConfirmNeed | LoginNeed | MetadataNeed)
/**
 * What a run was asked to do. Whoever starts a run writes it first. Saved as request.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "RunRequest".
 */
export type RunRequest = (ReproduceRequest | PublishRequest)
/**
 * What an environment is built on: resolved before anything is built, so that a tag that moved gives another environment.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Base".
 */
export type Base = (InterpreterBase | ImagesBase)

export interface All {

}
/**
 * A person's answers to a run's needs, given before or after they were asked. Secrets never stand here. Saved as answers.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Answers".
 */
export interface Answers {
schemaVersion: 1
parameters?: Values
provider?: Name
expiresAfterMinutes?: Minutes
consents?: ("process" | "source-builds")[]
/**
 * Hashes of what was shown and accepted.
 */
confirmed?: Sha256[]
/**
 * Accept what this run shows, without a hash: --yes. Of a publication's later commands each says it anew.
 */
confirmShown?: true
title?: string
/**
 * @minItems 1
 */
creators?: Creator[]
licence?: string
}
/**
 * Parameter values by name.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Values".
 */
export interface Values {
[k: string]: Scalar
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Creator".
 */
export interface Creator {
familyName: string
givenName?: string
/**
 * An ORCID iD without a resolver in front.
 */
orcid?: string
affiliation?: string
}
/**
 * What an archive is called, for as long as its folder exists. Saved as archive.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveIdentity".
 */
export interface ArchiveIdentity {
schemaVersion: 1
archiveId: ArchiveId
/**
 * Where it was served last; taken again when it is free.
 */
port?: number
}
/**
 * What a token allows. Saved as tokens/HASH.json, where HASH is the SHA-256 of the token.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveToken".
 */
export interface ArchiveToken {
schemaVersion: 1
user: string
scopes: ("deposit:write" | "deposit:actions")[]
createdAt: Timestamp
}
/**
 * Where a local archive is, or was last, served. Saved as archives/ARCHIVEID.json in the state folder.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "LocalArchive".
 */
export interface LocalArchive {
schemaVersion: 1
archiveId: ArchiveId
origin: Origin
doiPrefix: string
/**
 * Absolute path of its folder.
 */
directory: string
servedAt: Timestamp
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveFile".
 */
export interface ArchiveFile {
key: string
/**
 * Announced; its bytes have come; committed.
 */
status: ("pending" | "uploaded" | "completed")
/**
 * Name of its bytes in the folder files, once they have come.
 */
fileId?: string
size?: number
md5?: string
createdAt: Timestamp
updatedAt: Timestamp
}
/**
 * What a draft, or a published record, says and holds.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveContent".
 */
export interface ArchiveContent {
revision: number
createdAt: Timestamp
updatedAt: Timestamp
doi?: Doi
access: {
record: ("public" | "restricted")
files: ("public" | "restricted")
}
/**
 * As InvenioRDM's metadata, vocabulary terms by id alone.
 */
metadata: {
[k: string]: unknown
}
customFields: {
[k: string]: unknown
}
filesEnabled: boolean
defaultPreview?: string
files: ArchiveFile[]
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveTombstone".
 */
export interface ArchiveTombstone {
removedAt: Timestamp
removedBy: string
reason: string
note: string
citation: string
visible: boolean
}
/**
 * One version of a record, whole: its state changes by replacing this file. Saved as records/ID.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveRecord".
 */
export interface ArchiveRecord {
schemaVersion: 1
id: RecordId
parentId: RecordId
/**
 * Which version of its parent this is.
 */
index: number
owner: string
draft?: ArchiveContent
published?: ArchiveContent
tombstone?: ArchiveTombstone
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ClusterId".
 */
export interface ClusterId {
id: string
/**
 * Who made it: user and computer.
 */
owner: string
createdAt: Timestamp
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ClusterGoal".
 */
export interface ClusterGoal {
/**
 * @minItems 1
 */
groups: GoalGroup[]
expiresAt: Timestamp
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "GoalGroup".
 */
export interface GoalGroup {
role: Name
count: number
environment: Environment
cpus?: number
memoryMiB?: number
/**
 * Ports of its nodes that must answer on this computer.
 */
ports?: number[]
}
export interface PrefixEnvironment {
id: Sha256
builder: "prefix"
prefix: string
basePrefix: string
lock: EnvironmentLock
}
/**
 * What went into an environment, exactly.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "EnvironmentLock".
 */
export interface EnvironmentLock {
schemaVersion: 1
interpreter?: {
implementation: string
version: string
}
platform: Platform
packages: {
name: string
version: string
hashes: string[]
/**
 * For a requirement that named an address.
 */
url?: string
}[]
/**
 * The images that it was built on.
 */
images?: {
name: string
used: string
image: ImageId
digest?: ImageId
}[]
/**
 * The packages of the image's distribution.
 */
system?: {
name: string
version: string
architecture: string
}[]
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Platform".
 */
export interface Platform {
os: string
architecture: string
/**
 * For instance glibc-2.36 or musl-1.2; of-the-image where the image decides.
 */
libc: string
}
export interface ImageEnvironment {
id: Sha256
builder: "image"
image: ImageId
/**
 * Whom its programs run as.
 */
user: {
uid: number
gid: number
name: string
}
home: string
/**
 * What the image wants its programs to be started by.
 */
entrypoint: string[]
lock: EnvironmentLock
}
/**
 * The goal: which nodes shall exist, until when. Written before the first thing is made. Saved as cluster.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Cluster".
 */
export interface Cluster {
schemaVersion: 1
cluster: ClusterId
provider: Name
goal: ClusterGoal
}
/**
 * Why something was chosen or noticed: a code and its arguments; the sentence is made at the edge.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Reason".
 */
export interface Reason {
code: string
args: {
[k: string]: Scalar | string[]
}
}
/**
 * One file: path in its folder, size in bytes, SHA-256 of its bytes.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "FileEntry".
 */
export interface FileEntry {
path: RelativePath
size: number
sha256: Sha256
/**
 * Its owner may run it; absent for what no one runs, and for what an archive serves.
 */
executable?: true
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "DepositRecord".
 */
export interface DepositRecord {
role: ("data" | "environment" | "experiment")
/**
 * Relative to the published folder; . for the experiment.
 */
folder: string
/**
 * Finds the draft again after a lost answer.
 */
nonce: string
title: string
/**
 * Plain text; paragraphs are parted by an empty line.
 */
description?: string
/**
 * The publication date.
 */
date: string
creators: Creator[]
licence: string
recordId?: string
doi?: Doi
conceptDoi?: Doi
/**
 * The record's page, for people.
 */
page?: string
contentId?: Sha256
/**
 * The file that the record's page shows first.
 */
preview?: string
files: {
key: string
size: number
sha256: Sha256
md5: string
}[]
related: {
relation: string
doi: Doi
role: ("data" | "environment")
}[]
state: ("planned" | "draft" | "uploaded" | "validated" | "published")
}
/**
 * The records that a publication makes, in the order in which they become public. Saved as deposit.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Deposit".
 */
export interface Deposit {
schemaVersion: 1
archive: Origin
confirmed?: Sha256
/**
 * @minItems 1
 */
records: DepositRecord[]
}
export interface ChosenTemplate {
kind: "template"
origin: ("used-link" | "same-snapshot")
snapshot: Snapshot
notebook: RelativePath
template: EnvironmentTemplate
/**
 * What builds each of the template's environments.
 */
environments: {
[k: string]: {
buildpack: string
/**
 * In the template's snapshot; . for its root.
 */
folder: string
}
}
steps: TemplateStep[]
}
/**
 * The files that a reference stood for, fetched and verified. Saved as snapshot.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Snapshot".
 */
export interface Snapshot {
schemaVersion: 1
reference: Reference
folder: RelativePath
contentId: Sha256
notebook?: RelativePath
title?: string
doi?: Doi
conceptDoi?: Doi
/**
 * git: the commit.
 */
revision?: string
/**
 * EDTF date of a record, or the committer date of a commit.
 */
publishedAt?: string
licence?: string
/**
 * The files in folder, sorted by path.
 */
files: FileEntry[]
/**
 * The files as the record lists them, when an archive among them was unpacked into folder.
 */
published?: FileEntry[]
/**
 * `used` links that the record itself declares, outside its notebooks.
 */
links: {
role: ("environment" | "data")
doi: Doi
from: ("related-identifiers" | "ro-crate")
}[]
}
export interface LocalReference {
schemaVersion: 1
kind: "local"
/**
 * As the person gave it.
 */
text: string
/**
 * Absolute path of the folder.
 */
path: string
notebook?: RelativePath
}
export interface GitReference {
schemaVersion: 1
kind: "git"
text: string
url: string
/**
 * Branch, tag or commit; the remote's default branch when absent.
 */
ref?: string
}
export interface InvenioRdmReference {
schemaVersion: 1
kind: "invenio-rdm"
text: string
origin: Origin
recordId: string
doi?: Doi
}
/**
 * The descriptor of an environment template: metadata.repo2vc of its notebook, or a repo2vc.yaml beside it.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "EnvironmentTemplate".
 */
export interface EnvironmentTemplate {
schemaVersion: 1
/**
 * One node.
 */
kind: "container"
title: string
description?: string
/**
 * SPDX identifier.
 */
licence?: string
/**
 * @minItems 1
 * @maxItems 100
 */
creators?: Creator[]
/**
 * The template's parameters by name, in a closed subset of JSON Schema.
 */
parameters?: {
[k: string]: Parameter
}
/**
 * Environments by name: each a folder, beside the notebook, of files that a buildpack knows (requirements.txt, runtime.txt).
 */
environments: {
[k: string]: EnvironmentSource
}
node: TemplateNode
/**
 * Where the template's own cells run; repo2vc's default client environment when absent.
 */
client?: {
environment: Name
}
/**
 * Where the experiment is placed on the node.
 */
experiment?: {
directory?: RelativePath
}
cells?: {
/**
 * How long one cell may run. Default: 600.
 */
timeoutSeconds?: number
}
/**
 * Commands that must succeed on the node before the experiment is placed there.
 * 
 * @maxItems 20
 */
checks?: {
name: string
/**
 * @minItems 1
 * @maxItems 100
 */
command: string[]
}[]
/**
 * Minutes until the environment ends by itself.
 */
expires?: {
defaultMinutes?: Minutes
mostMinutes?: Minutes
}
}
export interface TextParameter {
type: "string"
title?: string
description?: string
default?: string
/**
 * @minItems 1
 * @maxItems 200
 */
enum?: string[]
minLength?: number
maxLength?: number
/**
 * A secret: asked for, kept nowhere. The cells get the path of a file that holds it, in the variable <name>_file.
 */
writeOnly?: true
}
export interface NumberParameter {
type: ("integer" | "number")
title?: string
description?: string
unit?: string
default?: number
/**
 * @minItems 1
 * @maxItems 200
 */
enum?: number[]
minimum?: number
maximum?: number
}
export interface BooleanParameter {
type: "boolean"
title?: string
description?: string
default?: boolean
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "EnvironmentSource".
 */
export interface EnvironmentSource {
path: RelativePath
}
/**
 * The node, and what it may use. A number, or the name of a parameter that holds one.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "TemplateNode".
 */
export interface TemplateNode {
environment: Name
cpus?: Amount
memoryGiB?: Amount
}
/**
 * A code cell of the template.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "TemplateStep".
 */
export interface TemplateStep {
/**
 * Index among all cells of the notebook.
 */
cell: number
/**
 * The nearest heading above it.
 */
title: string
/**
 * True for the cell that is replaced by the parameters.
 */
parameters: boolean
sha256: Sha256
}
export interface ChosenBuildpack {
kind: "buildpack"
buildpack: string
/**
 * The folder of the specification in the snapshot: ., binder or .binder.
 */
folder: string
}
/**
 * What describes the environment of an experiment, why it was chosen, and the text of every file that planning reads. Saved as detection.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Detection".
 */
export interface Detection {
schemaVersion: 1
entry?: RelativePath
/**
 * What the entry notebook's metadata asks for.
 */
kernel?: {
name?: string
language?: string
}
chosen: Chosen
reasons: Reason[]
/**
 * Items: Data that the experiment used, fetched and verified.
 */
data: {
into: RelativePath
snapshot: Snapshot
}[]
/**
 * Text of the files that planning reads, by path in the snapshot that describes the environment.
 */
files: {
path: RelativePath
text: string
}[]
}
export interface PythonSpec {
kind: "python"
/**
 * Acceptable minor versions, best first, or any.
 */
python: ("any" | string[])
/**
 * pip requirement lines, in their order.
 */
requirements: {
text: string
/**
 * The file that asks for it; absent when repo2vc adds it.
 */
file?: string
line?: number
}[]
}
export interface DockerfileSpec {
kind: "dockerfile"
file: RelativePath
text: string
/**
 * The files that it may copy.
 */
context: {
folder: RelativePath
contentId: Sha256
}
}
/**
 * The environments that were built, by name. Saved as environments.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Environments".
 */
export interface Environments {
schemaVersion: 1
environments: {
[k: string]: Environment
}
}
/**
 * One line of events.ndjson.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "EventRecord".
 */
export interface EventRecord {
seq: number
time: Timestamp
step?: string
code: string
args: {
[k: string]: unknown
}
}
/**
 * What a cell asks the broker to run on a node of its cluster.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ExecRequest".
 */
export interface ExecRequest {
/**
 * A program and its arguments; never a shell string.
 * 
 * @minItems 1
 * @maxItems 10000
 */
argv: string[]
cwd?: RelativePath
env?: {
[k: string]: string
}
input?: string
timeoutSeconds?: number
}
/**
 * A published record. sha256 is the SHA-256 of what `sha256sum` prints for the record's files in the byte order of their names.
 */
export interface UsedRecord {
role: ("environment" | "data")
doi: Doi
sha256?: Sha256
into?: RelativePath
}
/**
 * A folder beside the notebook that is not published yet; publish replaces it by a UsedRecord in the uploaded copy.
 */
export interface UsedFolder {
role: ("environment" | "data")
path: RelativePath
}
/**
 * What an experiment notebook carries in metadata.repo2vc: the records it used.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Experiment".
 */
export interface Experiment {
schemaVersion: 1
kind: "experiment"
/**
 * What the experiment used: at most one environment, any number of data records.
 * 
 * @maxItems 100
 */
used: UsedLink[]
}
/**
 * One line of a cluster's journal.ndjson: what was about to be done, and how it ended.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "JournalEntry".
 */
export interface JournalEntry {
time: Timestamp
cluster: string
phase: ("intent" | "done" | "failed")
step: string
kind: ("ensure" | "replace" | "remove")
why?: string
code?: string
}
/**
 * The process that owns a folder: one line of lock.N.json, the highest N counts.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "LockOwner".
 */
export interface LockOwner {
pid: number
/**
 * Field 22 of /proc/PID/stat: tells a reused pid from its first bearer.
 */
startTime: string
/**
 * /proc/sys/kernel/random/boot_id.
 */
boot: string
host: string
released: boolean
}
export interface ParameterNeed {
kind: "parameter"
name: string
parameter: Parameter
}
/**
 * Running other people's code on this computer, or building packages from source.
 */
export interface ConsentNeed {
kind: "consent"
to: ("process" | "source-builds")
/**
 * What keeps that code apart where it runs.
 */
isolation?: ("bubblewrap" | "container" | "none")
packages?: string[]
}
export interface ConfirmNeed {
kind: "confirm"
what: ("plan" | "publication")
hash: Sha256
}
export interface LoginNeed {
kind: "login"
origin: Origin
why: ("restricted" | "publish" | "refused")
}
/**
 * What a record must say and no file told.
 */
export interface MetadataNeed {
kind: "metadata"
field: ("title" | "creators" | "licence")
role: ("data" | "environment" | "experiment")
}
/**
 * Questions of a run that wait for an answer. Saved as needs.json; removed when all are answered.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Needs".
 */
export interface Needs {
schemaVersion: 1
step: string
/**
 * @minItems 1
 */
needs: Need[]
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "NodeView".
 */
export interface NodeView {
name: Name
role: Name
state: ("creating" | "ready" | "lost" | "expired")
/**
 * What the other nodes of its cluster call it: a name or an address.
 */
address?: string
/**
 * The provider's own id.
 */
ref: string
specHash?: Sha256
reason?: Reason
/**
 * Where its ports answer, seen from this computer, as far as that is settled.
 */
endpoints?: {
port: number
host: string
hostPort: number
}[]
}
/**
 * What exists now, found by tags. Saved as observed.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ClusterView".
 */
export interface ClusterView {
schemaVersion: 1
cluster: ClusterId
provider: Name
phase: ("absent" | "partial" | "ready" | "degraded" | "expired")
nodes: NodeView[]
expiresAt?: Timestamp
seenAt: Timestamp
/**
 * What belongs to the cluster beside its nodes: networks, volumes.
 */
others?: {
kind: string
name: string
ref: string
}[]
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "NodeGroup".
 */
export interface NodeGroup {
role: Name
count: number
environment: string
cpus?: number
memoryMiB?: number
}
/**
 * What will be built and run: a pure function of snapshot, detection and parameters. Saved as plan.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Plan".
 */
export interface Plan {
schemaVersion: 1
title: string
experiment: {
contentId: Sha256
doi?: Doi
entry?: RelativePath
directory: RelativePath
}
template?: {
title: string
contentId: Sha256
doi?: Doi
notebook: RelativePath
}
reasons: Reason[]
parameters: Values
/**
 * Names of the parameters whose values are secret.
 */
secrets: string[]
environments: {
[k: string]: EnvironmentSpec
}
/**
 * @minItems 1
 */
groups: NodeGroup[]
/**
 * Where the template's cells run; absent when there are none.
 */
client?: {
environment: string
timeoutSeconds: number
}
steps: TemplateStep[]
checks: {
name: string
command: string[]
}[]
data: {
into: RelativePath
contentId: Sha256
doi?: Doi
bytes: number
}[]
expires: {
defaultMinutes: Minutes
mostMinutes: Minutes
}
}
/**
 * What the template's cells and checks did to the cluster. Saved as prepared.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Prepared".
 */
export interface Prepared {
schemaVersion: 1
notebook?: RelativePath
cells: {
/**
 * Index among all cells of the notebook.
 */
cell: number
ms: number
}[]
/**
 * Names of the checks that the node passed.
 */
checks: string[]
}
/**
 * What a node made of processes is, and whose: the first file in its folder. Saved as tag.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ProcessNodeTag".
 */
export interface ProcessNodeTag {
schemaVersion: 1
/**
 * Of the repo2vc that made it.
 */
version: string
cluster: ClusterId
node: Name
role: Name
specHash: Sha256
expiresAt: Timestamp
prefix: string
basePrefix: string
cpus?: number
memoryMiB?: number
isolation: ("bubblewrap" | "none")
host: string
/**
 * /proc/sys/kernel/random/boot_id.
 */
boot: string
}
/**
 * A record that was published from this computer. One line each in published.ndjson.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "PublishedRecord".
 */
export interface PublishedRecord {
schemaVersion: 1
contentId: Sha256
doi: Doi
role: ("data" | "environment" | "experiment")
at: Timestamp
}
export interface ReproduceRequest {
schemaVersion: 1
kind: "reproduce"
reference: string
/**
 * What a relative path is relative to.
 */
workingDirectory: string
/**
 * Only look: choose where it would run, and stop there.
 */
until?: "target"
}
export interface PublishRequest {
schemaVersion: 1
kind: "publish"
folder: string
/**
 * Name or origin of the archive.
 */
archive: string
environment?: Doi
}
/**
 * Where the experiment can be opened. The token lies apart, in tokenFile. Saved as session.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Session".
 */
export interface Session {
schemaVersion: 1
cluster: string
node: Name
host: string
port: number
/**
 * It answers there only while a repo2vc leads the way: `runs forward`.
 */
forwarded?: true
basePath: string
/**
 * Below basePath: the page of the entry notebook.
 */
openPath: string
directory: RelativePath
tokenFile: RelativePath
expiresAt: Timestamp
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ArchiveSetting".
 */
export interface ArchiveSetting {
name: Name
origin: Origin
/**
 * DOIs that begin so are resolved by asking this archive, not doi.org.
 */
doiPrefixes?: string[]
/**
 * The folder that a local archive is served from.
 */
directory?: string
}
/**
 * How images are built and containers are made.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "ContainerSettings".
 */
export interface ContainerSettings {
/**
 * Images by the name that is asked for: the name to take in its place. A name that ends in * stands for all that begin so.
 */
baseImages?: {
[k: string]: string
}
/**
 * The certificate authorities that builds and nodes trust: auto (this computer's, where its environment names them), none, or the path of a file. Default: auto.
 */
authorities?: string
/**
 * Where the networks of clusters take their addresses from. Default: 10.213.0.0/16.
 * 
 * @minItems 1
 */
subnets?: string[]
/**
 * The most memory that a build may use. Default: 4096.
 */
buildMemoryMiB?: number
/**
 * The longest time that a build may take. Default: 120.
 */
buildMinutes?: number
/**
 * The most that an image may hold, what it is built on included. Default: 20480.
 */
imageMiB?: number
/**
 * The most that the files around a Dockerfile may hold. Default: 5120.
 */
contextMiB?: number
}
/**
 * settings.yaml: what a person configured. Every key is optional.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Settings".
 */
export interface Settings {
archives?: ArchiveSetting[]
expiresAfterMinutes?: Minutes
download?: {
/**
 * Of one record or repository. Default: 50 GiB.
 */
maxBytes?: number
/**
 * Default: 20000.
 */
maxFiles?: number
}
session?: {
/**
 * The path below which JupyterLab serves an experiment, for instance behind a proxy. Default: /.
 */
basePath?: string
}
containers?: ContainerSettings
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Interpreter".
 */
export interface Interpreter {
implementation: string
version: string
path: string
/**
 * sys.base_prefix: the folder that the interpreter needs at run time.
 */
basePrefix: string
}
export interface InterpreterBase {
kind: "interpreter"
interpreter: Interpreter
}
export interface ImagesBase {
kind: "images"
images: BaseImage[]
}
/**
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "BaseImage".
 */
export interface BaseImage {
/**
 * As it was asked for: python:3.11-slim-bookworm.
 */
name: string
/**
 * The name that is taken in its place, by the person's settings; else the same.
 */
used: string
image?: ImageId
digest?: ImageId
}
/**
 * Where and how a plan is carried out: host facts and the person's choice. Saved as target.json.
 * 
 * This interface was referenced by `All`'s JSON-Schema
 * via the `definition` "Target".
 */
export interface Target {
schemaVersion: 1
provider: Name
builder: Name
platform: Platform
/**
 * What each environment is built on.
 */
bases: {
[k: string]: Base
}
cost: {
basis: "free"
}
expiresAfterMinutes: Minutes
/**
 * What keeps other people's code from this computer.
 */
isolation: ("bubblewrap" | "container" | "none")
limits: ("enforced" | "watched")
expiry: ("enforced" | "best-effort")
/**
 * Whether packages may be built from source, which runs their authors' code while building.
 */
sourceBuilds: boolean
reasons: Reason[]
}
