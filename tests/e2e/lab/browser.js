// Chromium with page.html, driven by lines of JSON: {id, op, ...} -> {id, result} or {id, error}. What the
// operations do is in page.html. Ends, with the browser, when its standard input does.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const readline = require('readline');
const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

// Devices are for secure contexts only: http://localhost is one.
function serve() {
  const page = fs.readFileSync(path.join(__dirname, 'page.html'));
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(page);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function main() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.argv[2], headless: true, args: ARGUMENTS });
  const page = await browser.newPage();
  page.on('console', (message) => console.error(message.text()));
  page.on('pageerror', (error) => console.error(error.stack));
  await page.goto('http://localhost:' + server.address().port + '/');
  const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
  say({ id: 0, result: browser.version() });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, op, ...given } = JSON.parse(line);
    try {
      say({ id, result: await page.evaluate(([name, value]) => operations[name](value), [op, given]) });
    } catch (error) {
      say({ id, error: error.message });
    }
  }
  await browser.close();
  server.close();
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
