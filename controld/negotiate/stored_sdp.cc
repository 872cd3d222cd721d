#include "controld/negotiate/stored_sdp.h"

#include <utility>

namespace controld::negotiate {
namespace {

using call::Media;
using google::protobuf::RepeatedPtrField;

void Store(const std::vector<sdp::Attribute>& attributes,
           RepeatedPtrField<call::Attribute>* stored) {
  stored->Clear();
  for (const sdp::Attribute& attribute : attributes) {
    call::Attribute* one = stored->Add();
    one->set_name(attribute.name);
    if (attribute.has_value) one->set_value(attribute.value);
  }
}

std::vector<sdp::Attribute> Stored(const RepeatedPtrField<call::Attribute>& stored) {
  std::vector<sdp::Attribute> attributes;
  for (const call::Attribute& one : stored) {
    attributes.push_back({one.name(), one.value(), one.has_value()});
  }
  return attributes;
}

void Store(const std::vector<sdp::Extmap>& extmaps, RepeatedPtrField<call::Extmap>* stored) {
  stored->Clear();
  for (const sdp::Extmap& extmap : extmaps) {
    call::Extmap* one = stored->Add();
    one->set_id(extmap.id);
    one->set_uri(extmap.uri);
  }
}

std::vector<sdp::Extmap> Stored(const RepeatedPtrField<call::Extmap>& stored) {
  std::vector<sdp::Extmap> extmaps;
  for (const call::Extmap& one : stored) extmaps.push_back({one.id(), one.uri()});
  return extmaps;
}

}  // namespace

void StoreCodecs(const std::vector<sdp::Codec>& codecs, CodecRecords* records) {
  records->Clear();
  for (const sdp::Codec& codec : codecs) {
    call::SdpCodec* stored = records->Add();
    stored->set_payload_type(static_cast<uint32_t>(codec.payload_type));
    stored->set_name(codec.name);
    stored->set_clock_rate(codec.clock_rate);
    stored->set_channels(codec.channels);
    if (codec.fmtp) stored->set_fmtp(*codec.fmtp);
    for (const std::string& feedback : codec.rtcp_fb) stored->add_rtcp_fb(feedback);
  }
}

std::vector<sdp::Codec> StoredCodecs(const CodecRecords& records) {
  std::vector<sdp::Codec> codecs;
  codecs.reserve(static_cast<size_t>(records.size()));
  for (const call::SdpCodec& stored : records) {
    sdp::Codec& codec = codecs.emplace_back();
    codec.payload_type = static_cast<int>(stored.payload_type());
    codec.name = stored.name();
    codec.clock_rate = stored.clock_rate();
    codec.channels = stored.channels();
    if (stored.has_fmtp()) codec.fmtp = stored.fmtp();
    codec.rtcp_fb.assign(stored.rtcp_fb().begin(), stored.rtcp_fb().end());
  }
  return codecs;
}

void StoreCodecs(const std::vector<sdp::Codec>& codecs, Media* media) {
  StoreCodecs(codecs, media->mutable_codecs());
}

std::vector<sdp::Codec> StoredCodecs(const Media& media) { return StoredCodecs(media.codecs()); }

void StoreSessionLines(const sdp::SessionDescription& sdp, call::Party* party) {
  call::SessionLines* lines = party->mutable_lines();
  lines->Clear();
  if (sdp.origin) {
    lines->set_has_origin(true);
    lines->set_username(sdp.origin->username);
    lines->set_session_id(sdp.origin->session_id);
    lines->set_version(sdp.origin->version);
    lines->set_net_type(sdp.origin->net_type);
    lines->set_address_type(sdp.origin->address_type);
    lines->set_address(sdp.origin->address);
  }
  lines->set_name(sdp.name);
  if (sdp.information) lines->set_information(*sdp.information);
  if (sdp.uri) lines->set_uri(*sdp.uri);
  if (sdp.email) lines->set_email(*sdp.email);
  if (sdp.phone) lines->set_phone(*sdp.phone);
  lines->set_timing(sdp.timing);
  Store(sdp.attributes, lines->mutable_attributes());
  Store(sdp.extmap, lines->mutable_extmap());
}

void StoreSectionLines(const sdp::MediaSection& section, Media* media) {
  call::SectionLines* lines = media->mutable_lines();
  lines->Clear();
  if (section.title) lines->set_title(*section.title);
  if (section.has_label) lines->set_label(section.label);
  const sdp::Bandwidth& bandwidth = section.bandwidth;
  const int64_t values[] = {bandwidth.as, bandwidth.rr, bandwidth.rs, bandwidth.ct, bandwidth.tias};
  bool any = false;
  for (const int64_t value : values) any = any || value >= 0;
  if (any) {
    for (const int64_t value : values) lines->add_bandwidth(value);
  }
  Store(section.attributes, lines->mutable_attributes());
  Store(section.extmap, lines->mutable_extmap());
  lines->set_maxptime(section.maxptime);
}

sdp::SessionDescription StoredSession(const call::Party& party) {
  const call::SessionLines& lines = party.lines();
  sdp::SessionDescription sdp;
  if (lines.has_origin()) {
    sdp.origin = sdp::Origin{lines.username(),  lines.session_id(),   lines.version(),
                             lines.net_type(), lines.address_type(), lines.address()};
  }
  sdp.name = lines.name();
  if (lines.has_information()) sdp.information = lines.information();
  if (lines.has_uri()) sdp.uri = lines.uri();
  if (lines.has_email()) sdp.email = lines.email();
  if (lines.has_phone()) sdp.phone = lines.phone();
  sdp.timing = lines.timing();
  sdp.attributes = Stored(lines.attributes());
  sdp.extmap = Stored(lines.extmap());
  return sdp;
}

sdp::MediaSection StoredSection(const Media& media, std::vector<sdp::Codec> codecs,
                                sdp::Direction direction) {
  const call::SectionLines& lines = media.lines();
  sdp::MediaSection section;
  section.type_text = media.type_text();
  section.type = sdp::MediaType::kOther;
  for (int type = 0; type < static_cast<int>(sdp::MediaType::kOther); ++type) {
    const auto candidate = static_cast<sdp::MediaType>(type);
    if (sdp::MediaTypeName(candidate) == section.type_text) section.type = candidate;
  }
  section.port_count = media.port_count() == 0 ? 1 : media.port_count();
  section.protocol = media.protocol();
  section.formats = media.formats();
  if (lines.has_title()) section.title = lines.title();
  section.has_label = lines.has_label();
  section.label = lines.label();
  if (lines.bandwidth_size() == 5) {
    section.bandwidth = {lines.bandwidth(0), lines.bandwidth(1), lines.bandwidth(2),
                         lines.bandwidth(3), lines.bandwidth(4)};
  }
  section.codecs = std::move(codecs);
  section.direction_text = direction;
  section.ptime = media.ptime();
  section.maxptime = lines.maxptime();
  section.attributes = Stored(lines.attributes());
  section.extmap = Stored(lines.extmap());
  return section;
}

sdp::Direction DirectionOf(bool sends, bool receives) {
  if (sends) return receives ? sdp::Direction::kSendrecv : sdp::Direction::kSendonly;
  return receives ? sdp::Direction::kRecvonly : sdp::Direction::kInactive;
}

}  // namespace controld::negotiate
