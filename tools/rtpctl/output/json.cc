// See json.h.
#include "tools/rtpctl/output/json.h"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

Json MessageToJson(const Message& message);

bool IsAddress(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_BYTES &&
         (field.name() == "address" || field.name() == "advertised");
}

Json Text(const FieldDescriptor& field, const std::string& value) {
  if (!IsAddress(field)) return Printable(value);
  return value.empty() ? std::string() : FormatAddress(value);
}

// JSON has no infinities: null, as most readers expect.
Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json Element(const Message& m, const Reflection& r, const FieldDescriptor& field, int i) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return r.GetRepeatedInt32(m, &field, i);
    case FieldDescriptor::CPPTYPE_INT64: return r.GetRepeatedInt64(m, &field, i);
    case FieldDescriptor::CPPTYPE_UINT32: return r.GetRepeatedUInt32(m, &field, i);
    case FieldDescriptor::CPPTYPE_UINT64: return r.GetRepeatedUInt64(m, &field, i);
    case FieldDescriptor::CPPTYPE_DOUBLE: return Number(r.GetRepeatedDouble(m, &field, i));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Number(static_cast<double>(r.GetRepeatedFloat(m, &field, i)));
    case FieldDescriptor::CPPTYPE_BOOL: return r.GetRepeatedBool(m, &field, i);
    case FieldDescriptor::CPPTYPE_ENUM: return r.GetRepeatedEnum(m, &field, i)->name();
    case FieldDescriptor::CPPTYPE_STRING: return Text(field, r.GetRepeatedString(m, &field, i));
    case FieldDescriptor::CPPTYPE_MESSAGE: return MessageToJson(r.GetRepeatedMessage(m, &field, i));
  }
  return nullptr;
}

Json Single(const Message& m, const Reflection& r, const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return r.GetInt32(m, &field);
    case FieldDescriptor::CPPTYPE_INT64: return r.GetInt64(m, &field);
    case FieldDescriptor::CPPTYPE_UINT32: return r.GetUInt32(m, &field);
    case FieldDescriptor::CPPTYPE_UINT64: return r.GetUInt64(m, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE: return Number(r.GetDouble(m, &field));
    case FieldDescriptor::CPPTYPE_FLOAT: return Number(static_cast<double>(r.GetFloat(m, &field)));
    case FieldDescriptor::CPPTYPE_BOOL: return r.GetBool(m, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = r.GetEnum(m, &field);
      return value->name();
    }
    case FieldDescriptor::CPPTYPE_STRING: return Text(field, r.GetString(m, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE: return MessageToJson(r.GetMessage(m, &field));
  }
  return nullptr;
}

// A map's entries as an object, sorted by key: the order in memory is random.
Json MapToJson(const Message& m, const Reflection& r, const FieldDescriptor& field) {
  const FieldDescriptor* key_field = field.message_type()->map_key();
  const FieldDescriptor* value_field = field.message_type()->map_value();
  nlohmann::json sorted = nlohmann::json::object();
  for (int i = 0; i < r.FieldSize(m, &field); ++i) {
    const Message& entry = r.GetRepeatedMessage(m, &field, i);
    const Json key = Single(entry, *entry.GetReflection(), *key_field);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] =
        Single(entry, *entry.GetReflection(), *value_field);
  }
  return sorted;
}

Json MessageToJson(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  Json object = Json::object();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (field.is_map()) {
      object[field.name()] = MapToJson(message, reflection, field);
    } else if (field.is_repeated()) {
      Json list = Json::array();
      for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
        list.push_back(Element(message, reflection, field, k));
      }
      object[field.name()] = std::move(list);
    } else if (!field.has_presence() || reflection.HasField(message, &field)) {
      object[field.name()] = Single(message, reflection, field);
    }
  }
  return object;
}

}  // namespace

std::string ToJson(const Message& message, JsonLayout layout) {
  const int indent = layout == JsonLayout::kIndented ? 2 : -1;
  return MessageToJson(message).dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace rtpctl
