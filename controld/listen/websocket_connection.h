// A WebSocket connection (RFC 6455) after its HTTP request: NG, admin commands or an echo, by
// sub-protocol (ng-protocol.md §1.3). One message of theirs is one message of ours.
//
// Internal to the stream listener. On the loop's thread.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>

#include "controld/listen/http_routes.h"
#include "controld/listen/stream_core.h"

namespace controld::listen {

namespace beast = boost::beast;
namespace http = beast::http;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using HttpMessage = http::request<http::string_body>;

// Takes the stream over, answers the upgrade, and takes the connection's place in the core. Stream
// is PlainStream or TlsStream.
template <typename Stream>
std::shared_ptr<StreamConnection> MakeWebSocketConnection(StreamCore& core, uint32_t channel,
                                                          const base::Endpoint& peer,
                                                          Stream stream, HttpMessage upgrade,
                                                          WsProtocol protocol);

}  // namespace controld::listen
