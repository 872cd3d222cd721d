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
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, TakeCommand>) {
          one.done(nullptr);
        } else if constexpr (std::is_same_v<Kind, PutBackCommand>) {
          one.call.reset();  // the end of everything: its ports go as well
        } else if constexpr (std::is_same_v<Kind, KernelCommand>) {
          // nobody waits for it
        } else if constexpr (std::is_same_v<Kind, ListCommand>) {
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
