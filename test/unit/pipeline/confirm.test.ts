import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Answers, canonicalJson } from '../../../repo2vc/src/model/index.ts';
import { confirmation } from '../../../repo2vc/src/pipeline/confirm.ts';
import { planOf, targetOf } from '../../support/plan.ts';

const plan = planOf();
const target = targetOf();
const hash = createHash('sha256').update(canonicalJson(plan)).update(canonicalJson(target)).digest('hex');
const answers: Answers = { schemaVersion: 1 };

test('what was shown must be accepted by its hash', () => {
  expect(confirmation(plan, target, answers)).toEqual({ needs: [{ kind: 'confirm', what: 'plan', hash }] });
  expect(confirmation(plan, target, { ...answers, confirmed: [hash] })).toEqual({ value: hash });
  expect(confirmation(plan, target, { ...answers, confirmShown: true })).toEqual({ value: hash });
});

test('a hash accepts that plan on that target alone', () => {
  const confirmed = { ...answers, confirmed: [hash] };
  const others = [
    confirmation(planOf({ title: 'Another' }), target, confirmed),
    confirmation(plan, { ...target, isolation: 'bubblewrap' }, confirmed),
  ];
  for (const outcome of others) expect(outcome).toMatchObject({ needs: [{ kind: 'confirm' }] });
});
