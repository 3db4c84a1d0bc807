/** What nodes call by name in an image, beside what it is there for. */
export const nodePrograms = ['sh', 'cat', 'mkdir', 'rm', 'sleep', 'tar'] as const;
