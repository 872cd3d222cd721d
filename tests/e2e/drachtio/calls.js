// A call by drachtio's rtpengine-client: calls.js udp|tcp|ws|wss HOST PORT. Prints one JSON object with
// every reply. Its modules are where NODE_PATH says.
'use strict';
const {connect, print} = require('./client');

const [transport, host, port] = process.argv.slice(2);

const sdp = (address, media) => [
  'v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0',
  `m=audio ${media} RTP/AVP 8 101`, 'a=rtpmap:101 telephone-event/8000', ''].join('\r\n');

async function main() {
  const ask = await connect(transport, host, port);
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
