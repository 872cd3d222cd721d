// drachtio's rtpengine-client over one of its transports. Its modules are where NODE_PATH says; whose
// certificates it takes with wss, NODE_EXTRA_CA_CERTS.
'use strict';
const {Client, TcpClient, WsClient} = require('rtpengine-client');

// The client's own messages do not belong to the result.
const print = console.log;
console.log = () => {};

// -> ask(command, keys), a promise of the reply
function connect(transport, host, port) {
  if (transport === 'udp') {
    const client = new Client({timeout: 5000});
    return new Promise((done) => client.on('listening', () => done(
      (command, keys) => client[command](Number(port), host, keys))));
  }
  const client = transport === 'tcp' ?
    new TcpClient({hostport: `${host}:${port}`, timeout: 5000}) :
    new WsClient({url: `${transport}://${host}:${port}`, timeout: 5000});
  client.on('error', (error) => { print(JSON.stringify({error: String(error)})); process.exit(1); });
  return new Promise((done) => client.on('listening', () => done(
    (command, keys) => client[command](keys))));
}

module.exports = {connect, print};
