// Gathers the pages of the corpus into PEERS/pages: every HTML file of foundation-emails, and each
// of our MJML sources compiled.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [peers, sources] = process.argv.slice(2);
const require = createRequire(path.resolve(peers, 'package.json'));
const mjml = require('mjml');
const pages = path.join(peers, 'pages');

const walk = (folder) => fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  const full = path.join(folder, entry.name);
  return entry.isDirectory() ? walk(full) : [full];
});

fs.rmSync(pages, { recursive: true, force: true });
fs.mkdirSync(pages);
const foundation = path.join(peers, 'node_modules', 'foundation-emails');
for (const file of walk(foundation).filter((name) => name.endsWith('.html'))) {
  const name = path.relative(foundation, file).replaceAll(path.sep, '_');
  fs.copyFileSync(file, path.join(pages, `foundation_${name}`));
}
for (const name of fs.readdirSync(sources).filter((each) => each.endsWith('.mjml'))) {
  const source = fs.readFileSync(path.join(sources, name), 'utf8');
  const { html, errors } = await mjml(source, { validationLevel: 'strict' });
  if (errors.length > 0) throw new Error(`${name}: ${errors[0].formattedMessage}`);
  fs.writeFileSync(path.join(pages, `mjml_${name.replace('.mjml', '.html')}`), html);
}
