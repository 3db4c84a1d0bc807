import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../repo2vc/src/model/index.ts';
import { inject } from '../../repo2vc/src/pipeline/inject.ts';
import { sessionUrlOf } from '../../repo2vc/src/pipeline/session.ts';
import { keepPicture, openPage } from '../support/browser.ts';
import { everyTestNeeds, needs } from '../support/needs.ts';
import { stage } from '../support/stage.ts';

everyTestNeeds('chromium');
everyTestNeeds('pip');

async function opened(basePath: string, provider = 'process') {
  const set = await stage({
    ...{ basePath, provider },
    files: { 'a folder/größe & co.txt': 'x' },
    entry: ['# The title of N', 'print("the answer is", 6 * 7)'],
  });
  const session = await inject(set.injecting, set.tools);
  writeFileSync(join(set.run.folder, 'session.json'), canonicalJson(session));
  const page = await openPage();
  await page.goto(await sessionUrlOf(set.run));
  return { page, session };
}

for (const [provider, basePath] of [
  ['process', '/user/me/'],
  ['process', '/a/deep~path/of@me/'],
  ['docker', '/user/me/'],
] as const) {
  const title = `the address opens N itself in JupyterLab under ${basePath}, on ${provider}`;
  test.skipIf(provider === 'docker' && !needs.docker)(title, async () => {
    const { page } = await opened(basePath, provider);
    const notebook = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
    await notebook.getByRole('heading', { name: 'The title of N' }).waitFor();
    // The token is gone from the address bar once the page has its cookie.
    expect(new URL(page.url()).pathname).toBe(`${basePath}lab/tree/my%20analysis.ipynb`);
    expect(page.url()).not.toContain('token');

    // JupyterLab runs nothing, and says nothing, before it has its kernel.
    await page.locator('#jp-main-statusbar').getByText('| Idle').waitFor();
    await notebook.locator('.jp-CodeCell .cm-content').first().click();
    await page
      .locator('[data-jp-item-name="run"] jp-button, [data-command="notebook:run-cell-and-select-next"]')
      .first()
      .click();
    await notebook.locator('.jp-OutputArea-output').getByText('the answer is 42').waitFor();
    await keepPicture(page, `open-notebook-${provider}${basePath.replaceAll('/', '-')}`);
    expect(await page.locator('[class*=jp-Notification-Toast], .jp-Dialog').allTextContents()).toEqual([]);
  });
}

test('without the token nothing of the experiment is seen', async () => {
  const { session } = await opened('/user/me/');
  const page = await openPage();
  await page.goto(`http://${session.host}:${session.port}${session.basePath}${session.openPath}`);
  expect(new URL(page.url()).pathname).toBe('/user/me/login');
  expect(await page.content()).not.toContain('The title of N');
});
