// A call by drachtio's rtpengine-client: calls.js udp|tcp|ws HOST PORT. Prints one JSON object with
// every reply. Its modules are where NODE_PATH says.
'use strict';
const {Client, TcpClient, WsClient} = require('rtpengine-client');

const [transport, host, port] = process.argv.slice(2);
// The client's own messages do not belong to the result.
const print = console.log;
console.log = () => {};

const sdp = (address, media) => [
  'v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0',
  `m=audio ${media} RTP/AVP 8 101`, 'a=rtpmap:101 telephone-event/8000', ''].join('\r\n');

function connect() {
  if (transport === 'udp') {
    const client = new Client({timeout: 5000});
    return new Promise((done) => client.on('listening', () => done(
      (command, keys) => client[command](Number(port), host, keys))));
  }
  const client = transport === 'tcp' ?
    new TcpClient({hostport: `${host}:${port}`, timeout: 5000}) :
    new WsClient({url: `ws://${host}:${port}`, timeout: 5000});
  client.on('error', (error) => { print(JSON.stringify({error: String(error)})); process.exit(1); });
  return new Promise((done) => client.on('listening', () => done(
    (command, keys) => client[command](keys))));
}

async function main() {
  const ask = await connect();
  const call = {'call-id': `drachtio-${transport}`, 'from-tag': 'a'};
  const replies = {};
  replies.ping = await ask('ping', {});
  replies.offer = await ask('offer', {
    ...call, sdp: sdp('10.77.0.11', 4000), replace: ['origin', 'sdp-version'], ICE: 'remove',
    flags: ['trust-address']});
  replies.answer = await ask('answer', {...call, 'to-tag': 'b', sdp: sdp('10.77.0.12', 5000)});
  replies.query = await ask('query', {'call-id': call['call-id']});
  replies.list = await ask('list', {});
  replies.delete = await ask('delete', call);
  replies.gone = await ask('query', {'call-id': call['call-id']});
  print(JSON.stringify(replies));
  process.exit(0);
}

main().catch((error) => { print(JSON.stringify({error: String(error)})); process.exit(1); });
