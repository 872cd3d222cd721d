#include "mediad/relay/command.h"

#include <type_traits>
#include <utility>

namespace mediad::relay {

rtpengine::v1::CommandResult ErrorResult(rtpengine::v1::Error::Code code, const char* text) {
  rtpengine::v1::CommandResult result;
  result.mutable_error()->set_code(code);
  result.mutable_error()->set_text(text);
  return result;
}

void Refuse(Command command, rtpengine::v1::Error::Code code, const char* text) {
  std::visit(
      [&](auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, ListCommand>) {
          one.page = ErrorResult(code, text);
          auto done = std::move(one.done);
          done(std::move(one));
        } else {
          one.done(ErrorResult(code, text));
        }
      },
      command);
}

}  // namespace mediad::relay
