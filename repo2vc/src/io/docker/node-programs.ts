/**
 * What a node needs of its image: the programs of node-side and of bringing work home, with the options of GNU (busybox
 * and others lack some). An image is tried for them when it is built.
 */
export const nodePrograms: readonly string[] = [
  ...['sh', 'awk', 'cat', 'date', 'dd', 'find', 'grep', 'ln', 'mkdir', 'mkfifo', 'mv', 'rm', 'sed'],
  ...['sha256sum', 'sleep', 'stat', 'tail', 'tar', 'xargs'],
];
