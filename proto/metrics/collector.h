// Numbers with their names, help texts and labels, one after the other into a Statistics message.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "rtpengine/v1/admin.pb.h"

namespace metrics {

class Collector {
 public:
  using Labels = std::initializer_list<std::pair<const char*, std::string>>;

  explicit Collector(rtpengine::v1::Statistics* out) : out_(*out) {}

  template <typename Number>
  void Counter(const std::string& name, const std::string& help, Number value, Labels labels = {}) {
    Add(name, help, static_cast<double>(value), labels)->set_counter(true);
  }
  template <typename Number>
  void Gauge(const std::string& name, const std::string& help, Number value, Labels labels = {}) {
    Add(name, help, static_cast<double>(value), labels);
  }

 private:
  rtpengine::v1::Statistics::Value* Add(const std::string& name, const std::string& help,
                                        double value, Labels labels) {
    rtpengine::v1::Statistics::Value* added = out_.add_values();
    added->set_name(name);
    added->set_help(help);
    added->set_value(value);
    for (const auto& [key, text] : labels) (*added->mutable_labels())[key] = text;
    return added;
  }

  rtpengine::v1::Statistics& out_;
};

}  // namespace metrics
