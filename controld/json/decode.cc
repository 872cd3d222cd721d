#include "controld/json/decode.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "nlohmann/json.hpp"
#include "proto/base/text.h"

namespace controld::json {
namespace {

int64_t Truncate(double number) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (std::isnan(number)) return 0;
  if (number >= kLimit) return std::numeric_limits<int64_t>::max();
  if (number < -kLimit) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(number);
}

// Builds the tree from the library's events. Its parser keeps its own stack: nothing here recurses.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const DecodeLimits& limits) : limits_(limits) {}

  bool null() override { return true; }
  bool boolean(bool value) override { return Add(ng::Value(value ? 1 : 0)); }
  bool number_integer(number_integer_t value) override { return Add(ng::Value(int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMax = static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max());
    return Add(ng::Value(static_cast<int64_t>(std::min(value, kMax))));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(ng::Value(Truncate(value)));
  }
  bool string(string_t& value) override { return Add(ng::Value(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(true); }
  bool start_array(size_t) override { return Open(false); }
  bool key(string_t& value) override {
    open_.back().key = std::move(value);
    return true;
  }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    status_ = absl::InvalidArgumentError(base::StrCat("syntax error at offset ", position));
    return false;
  }

  absl::Status status() const { return status_; }
  ng::Value TakeRoot() { return std::move(root_); }

 private:
  struct Level {
    bool is_object;
    std::vector<ng::Dictionary::Entry> members;
    ng::List items;
    std::string key;                                // of the member that comes next
    absl::flat_hash_map<std::string, size_t> seen;  // filled from kLinear members on
  };
  static constexpr size_t kLinear = 16;

  bool Refuse(std::string_view reason) {
    status_ = absl::FailedPreconditionError(base::ToAbsl(reason));
    return false;
  }

  bool Open(bool is_object) {
    if (open_.size() >= limits_.depth) return Refuse("nested too deeply");
    open_.emplace_back().is_object = is_object;
    return true;
  }

  bool Close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    if (!level.is_object) return Add(ng::Value(std::move(level.items)));
    ng::Dictionary dictionary;
    for (auto& [key, value] : level.members) dictionary.Add(std::move(key), std::move(value));
    return Add(ng::Value(std::move(dictionary)));
  }

  bool Add(ng::Value value) {
    if (++elements_ > limits_.elements) return Refuse("too many elements");
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (!open_.back().is_object) {
      open_.back().items.push_back(std::move(value));
    } else {
      Member(open_.back(), std::move(value));
    }
    return true;
  }

  static void Member(Level& level, ng::Value value) {
    size_t index = level.members.size();
    if (index < kLinear) {
      for (size_t i = 0; i < level.members.size(); ++i) {
        if (level.members[i].first == level.key) index = i;
      }
    } else {
      if (level.seen.empty()) {
        for (size_t i = 0; i < level.members.size(); ++i)
          level.seen.emplace(level.members[i].first, i);
      }
      index = level.seen.try_emplace(level.key, index).first->second;
    }
    if (index < level.members.size()) {
      level.members[index].second = std::move(value);
    } else {
      level.members.emplace_back(std::move(level.key), std::move(value));
    }
  }

  const DecodeLimits& limits_;
  std::vector<Level> open_;
  ng::Value root_;
  size_t elements_ = 0;
  absl::Status status_ = absl::InvalidArgumentError("not an object");
};

}  // namespace

absl::StatusOr<ng::Dictionary> Decode(std::string_view text, const DecodeLimits& limits) {
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.status();
  ng::Value root = builder.TakeRoot();
  if (!root.dictionary()) return absl::FailedPreconditionError("not an object");
  return std::move(*root.dictionary());
}

}  // namespace controld::json
