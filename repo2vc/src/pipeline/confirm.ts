import { type Answers, canonicalJson, hashOf, type Outcome, type Plan, type Target } from '../model/index.ts';

/**
 * Whether the person accepted exactly this plan on exactly this target: `--confirm` takes the hash, which is the
 * SHA-256 of plan.json and target.json, one after the other (`cat plan.json target.json | sha256sum`). Pure.
 */
export function confirmation(plan: Plan, target: Target, answers: Answers): Outcome<string> {
  const hash = confirmationHash(plan, target);
  if (answers.confirmShown || answers.confirmed?.includes(hash)) return { value: hash };
  return { needs: [{ kind: 'confirm', what: 'plan', hash }] };
}

/** The hash of what a person is shown before anything is built. Pure. */
export function confirmationHash(plan: Plan, target: Target): string {
  return hashOf(canonicalJson(plan), canonicalJson(target));
}
