// Every command of drachtio's rtpengine-client beside those of calls.js, on one answered call: commands.js
// udp|tcp|ws|wss HOST PORT. Prints one JSON object with every reply.
'use strict';
const {connect, print} = require('./client');

const [transport, host, port] = process.argv.slice(2);

const sdp = (address, ports, direction) => [
  'v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0',
  ...ports.flatMap((media) => [
    `m=audio ${media} RTP/AVP 8 101`, 'a=rtpmap:101 telephone-event/8000', `a=${direction}`]),
  ''].join('\r\n');

async function main() {
  const ask = await connect(transport, host, port);
  const id = {'call-id': `commands-${transport}`};
  const replies = {};
  const note = async (name, command, keys) => {
    replies[name] = await ask(command, {...id, ...keys});
  };
  await ask('offer', {...id, 'from-tag': 'a', sdp: sdp('10.77.0.11', [4000], 'sendrecv')});
  await ask('answer', {
    ...id, 'from-tag': 'a', 'to-tag': 'b', sdp: sdp('10.77.0.12', [5000], 'sendrecv')});

  await note('publish', 'publish', {'from-tag': 'p', sdp: sdp('10.77.0.11', [4100], 'sendonly')});
  await note('subscribeRequest', 'subscribeRequest', {'to-tag': 'rec', flags: ['all']});
  await note('subscribeAnswer', 'subscribeAnswer', {
    'to-tag': 'rec', sdp: sdp('10.77.0.12', [5100, 5110], 'recvonly')});
  await note('subscribed', 'query', {});
  await note('unsubscribe', 'unsubscribe', {'to-tag': 'rec'});
  await note('unsubscribeAgain', 'unsubscribe', {'to-tag': 'rec'});
  for (const command of [
    'blockMedia', 'unblockMedia', 'silenceMedia', 'unsilenceMedia', 'blockDTMF', 'unblockDTMF']) {
    await note(command, command, {'from-tag': 'a', flags: ['directional']});
    await note(command + 'OfNobody', command, {'from-tag': 'nobody', flags: ['directional']});
    replies[command + 'Unknown'] = await ask(command, {'call-id': 'unknown'});
  }
  for (const command of [
    'startRecording', 'stopRecording', 'startForwarding', 'stopForwarding', 'playMedia', 'stopMedia',
    'playDTMF']) {
    await note(command, command, {'from-tag': 'a', file: '/nothing', code: '1'});
  }
  replies.statistics = await ask('statistics', {});
  await note('delete', 'delete', {'from-tag': 'a'});
  await note('deletePublished', 'delete', {'from-tag': 'p'});
  replies.after = await ask('statistics', {});
  print(JSON.stringify(replies));
  process.exit(0);
}

main().catch((error) => { print(JSON.stringify({error: String(error)})); process.exit(1); });
