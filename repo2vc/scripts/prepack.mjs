// What npm calls before it packs the engine: builds it, and puts the two files that live at the top of the repository
// into the package. Git ignores the copies.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import './setup.mjs';

const engine = join(import.meta.dirname, '..');
for (const name of ['LICENSE', 'README.md']) copyFileSync(join(engine, '..', name), join(engine, name));
