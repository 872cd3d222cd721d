#include "controld/negotiate/write_sdp.h"

#include <algorithm>

#include "proto/base/text.h"
#include "controld/call/call_model.h"
#include "controld/negotiate/attribute_writer.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/sdes.h"

namespace controld::negotiate {
namespace {

using ng::Flag;

const ng::SdpAttrRules* RulesFor(const ng::Request& request, std::string_view section) {
  for (const auto& [name, rules] : request.sdp_attr) {
    if (name == section || (section == "global" && name == "none")) return &rules;
  }
  return nullptr;
}

std::string_view AddressType(bool ipv6) { return ipv6 ? "IP6" : "IP4"; }

void Bandwidths(const sdp::Bandwidth& bandwidth, std::string* out) {
  const std::pair<const char*, int64_t> lines[] = {{"AS", bandwidth.as},
                                                   {"RR", bandwidth.rr},
                                                   {"RS", bandwidth.rs},
                                                   {"CT", bandwidth.ct},
                                                   {"TIAS", bandwidth.tias}};
  for (const auto& [name, value] : lines) {
    if (value >= 0) base::StrAppend(out, "b=", name, ":", value, "\r\n");
  }
}

void PassThrough(const std::vector<sdp::Attribute>& attributes, AttributeWriter* writer) {
  for (const sdp::Attribute& attribute : attributes) {
    if (attribute.has_value && !attribute.value.empty()) {
      writer->Line({attribute.name, base::StrCat(":", attribute.value)});
    } else {
      writer->Line({attribute.name});
    }
  }
}

// We are, or the author whose ICE passes.
bool IsIceLite(const OutgoingSdp& outgoing) {
  const bool author = outgoing.source.ice_lite;
  return std::any_of(
      outgoing.sections.begin(), outgoing.sections.end(), [author](const OutgoingSection& section) {
        return section.ice.lite || (author && section.untouched && section.as_received);
      });
}

class Writer {
 public:
  Writer(const call::CallState& call, const OutgoingSdp& outgoing, const ng::Request& request,
         const call::Settings& settings, WriteOptions options)
      : call_(call), outgoing_(outgoing), request_(request), settings_(settings),
        options_(options) {}

  std::string Write(const OriginLine& origin);

 private:
  struct Local {
    std::string address;
    bool ipv6 = false;
    uint32_t port = 0, rtcp_port = 0;
    uint32_t port_count = 1;  // as printed
  };
  Local LocalOf(const call::Media& media) const;
  Local RemoteOf(const sdp::MediaSection& source) const;
  void Origin(const OriginLine& origin);
  void Section(const OutgoingSection& section);
  void SectionHead(const OutgoingSection& section, const call::Media& media, const Local& local);
  void CodecLines(const OutgoingSection& section, AttributeWriter* writer);
  void Extmaps(const OutgoingSection& section, AttributeWriter* writer);
  void DirectionLine(const OutgoingSection& section, AttributeWriter* writer);
  void IceAttributes(const OutgoingSection& section, const call::Media& media,
                     AttributeWriter* writer);
  void Candidate(const PassedCandidate& candidate, AttributeWriter* writer);
  void RtcpLines(const OutgoingSection& section, const Local& local, AttributeWriter* writer);
  const sdp::MediaSection* Source(const OutgoingSection& section) const {
    return section.source < 0 ? nullptr : &outgoing_.source.media[static_cast<size_t>(section.source)];
  }

  const call::CallState& call_;
  const OutgoingSdp& outgoing_;
  const ng::Request& request_;
  const call::Settings& settings_;
  const WriteOptions options_;
  std::string out_;
};

Writer::Local Writer::LocalOf(const call::Media& media) const {
  Local local;
  local.ipv6 = media.family() == rtpengine::v1::IPV6;
  const call::PortSet* port_set = call::FindPortSet(call_, media.port_set());
  if (port_set == nullptr) {
    local.address = local.ipv6 ? "::" : "0.0.0.0";
    return local;
  }
  if (options_.draft) {
    local.port = port_set->wanted().id();
    local.address = port_set->wanted().interface();
  } else {
    local.port = port_set->allocation().port();
    local.address = port_set->allocation().advertised_name();
  }
  local.rtcp_port = local.port + 1;
  if (request_.media_address) {
    local.address = request_.media_address->ToString();
    local.ipv6 = request_.media_address->family() == base::Family::kIpv6;
  }
  return local;
}

// As the section's author has it.
Writer::Local Writer::RemoteOf(const sdp::MediaSection& source) const {
  base::IpAddress address =
      source.connection.value_or(outgoing_.source.connection.value_or(base::IpAddress()));
  if (!address.valid()) address = request_.received_from.value_or(address);
  return {address.ToString(), address.family() == base::Family::kIpv6, source.port, 0,
          source.port_count};
}

void Writer::Origin(const OriginLine& origin) {
  std::string type = origin.address_type;
  std::string address = origin.address;
  if (origin.address_of_port_set != 0 && options_.draft) {
    address = base::StrCat(origin.address_of_port_set);
    type.clear();
  } else if (origin.address_of_port_set != 0) {
    if (const call::PortSet* port_set = call::FindPortSet(call_, origin.address_of_port_set)) {
      address = port_set->allocation().advertised_name();
      type = AddressType(port_set->allocation().advertised().size() == 16);
    }
  }
  base::StrAppend(&out_, "o=", origin.username, " ", origin.session_id, " ",
                  options_.draft ? std::string_view() : origin.version, " ",
                  origin.net_type, " ", type, " ", address, "\r\n");
}

std::string Writer::Write(const OriginLine& origin) {
  const sdp::SessionDescription& source = outgoing_.source;
  out_.reserve(768);
  out_ = "v=0\r\n";
  Origin(origin);
  base::StrAppend(&out_, "s=", origin.session_name, "\r\n");
  if (source.information) base::StrAppend(&out_, "i=", *source.information, "\r\n");
  if (source.uri) base::StrAppend(&out_, "u=", *source.uri, "\r\n");
  if (source.email) base::StrAppend(&out_, "e=", *source.email, "\r\n");
  if (source.phone) base::StrAppend(&out_, "p=", *source.phone, "\r\n");
  Bandwidths(source.bandwidth, &out_);
  base::StrAppend(&out_, "t=", source.timing.empty() ? "0 0" : source.timing, "\r\n");
  AttributeWriter writer(&out_, RulesFor(request_, "global"));
  if (request_.Has(Flag::kLoopProtect)) writer.Line({"rtpengine", ":", settings_.instance_id});
  if (IsIceLite(outgoing_)) writer.Line({"ice-lite"});
  for (const std::string& group : outgoing_.groups) writer.Line({"group", ":", group});
  PassThrough(source.attributes, &writer);
  writer.Additions();
  for (const OutgoingSection& section : outgoing_.sections) {
    const call::Media& media = *call::FindMedia(call_, section.media_id);
    const std::string twin = outgoing_.is_offer ? "" : RejectedLegacyLine(media);
    if (media.legacy_pair().first()) out_ += twin;
    Section(section);
    if (!media.legacy_pair().first()) out_ += twin;
  }
  return std::move(out_);
}

void Writer::SectionHead(const OutgoingSection& section, const call::Media& media,
                         const Local& local) {
  const sdp::MediaSection* source = Source(section);
  std::string formats;
  if (section.rtp && !section.rejected) {
    for (const sdp::Codec& codec : section.codecs) {
      base::StrAppend(&formats, formats.empty() ? "" : " ", codec.payload_type);
    }
  }
  if (formats.empty()) formats = section.formats.empty() && section.rtp ? "0" : section.formats;
  base::StrAppend(&out_, "m=", media.type_text(), " ",
                  section.rejected || section.zero_port ? 0 : local.port);
  if (local.port_count > 1 && !section.rejected) base::StrAppend(&out_, "/", local.port_count);
  base::StrAppend(&out_, " ", section.protocol);
  if (!formats.empty()) base::StrAppend(&out_, " ", formats);
  out_ += "\r\n";
  if (source != nullptr && source->title) base::StrAppend(&out_, "i=", *source->title, "\r\n");
  if (section.rejected || section.zero_connection) {
    const bool ipv6 = media.family() == rtpengine::v1::IPV6;
    base::StrAppend(&out_, "c=IN ", AddressType(ipv6), " ", ipv6 ? "::" : "0.0.0.0", "\r\n");
  } else {
    base::StrAppend(&out_, "c=IN ", AddressType(local.ipv6), " ", local.address, "\r\n");
  }
  if (source != nullptr) Bandwidths(source->bandwidth, &out_);
}

void Writer::CodecLines(const OutgoingSection& section, AttributeWriter* writer) {
  for (const sdp::Codec& codec : section.codecs) {
    const std::string number = base::StrCat(codec.payload_type);
    const bool unknown = codec.name.empty();
    writer->Line({"rtpmap", base::StrCat(":", number),
                  base::StrCat(" ", codec.name, "/", unknown ? 0 : codec.clock_rate),
                  codec.channels > 1 ? base::StrCat("/", codec.channels) : ""});
    if (codec.fmtp) writer->Line({"fmtp", base::StrCat(":", number), base::StrCat(" ", *codec.fmtp)});
    for (const std::string& feedback : codec.rtcp_fb) {
      writer->Line({"rtcp-fb", base::StrCat(":", number), base::StrCat(" ", feedback)});
    }
  }
}

void Writer::Extmaps(const OutgoingSection& section, AttributeWriter* writer) {
  if (section.extmaps.empty()) return;
  if (section.extmap_allow_mixed) writer->Line({"extmap-allow-mixed"});
  for (const sdp::Extmap& extmap : section.extmaps) {
    writer->Line({"extmap", base::StrCat(":", extmap.id), base::StrCat(" ", extmap.uri)});
  }
}

void Writer::DirectionLine(const OutgoingSection& section, AttributeWriter* writer) {
  const sdp::MediaSection* source = Source(section);
  if (request_.Has(Flag::kOriginalSendrecv) && source != nullptr) {
    const sdp::SessionDescription& session = outgoing_.source;
    const std::pair<const char*, bool> keywords[] = {
        {"sendrecv", source->has_sendrecv || session.has_sendrecv},
        {"sendonly", source->has_sendonly || session.has_sendonly},
        {"recvonly", source->has_recvonly || session.has_recvonly},
        {"inactive", source->has_inactive || session.has_inactive}};
    for (const auto& [keyword, found] : keywords) {
      if (found) writer->Line({keyword});
    }
    return;
  }
  writer->Line({sdp::DirectionName(section.direction)});
}

void Writer::RtcpLines(const OutgoingSection& section, const Local& local,
                       AttributeWriter* writer) {
  const uint32_t port = section.mux == MuxForm::kOnly ? local.port : local.rtcp_port;
  if (!request_.Has(Flag::kNoRtcpAttribute)) {
    const std::string text = base::StrCat(":", port);
    if (request_.Has(Flag::kFullRtcpAttribute)) {
      writer->Line({"rtcp", text, base::StrCat(" IN ", AddressType(local.ipv6), " ", local.address)});
    } else {
      writer->Line({"rtcp", text});
    }
  }
  if (section.mux != MuxForm::kNone) writer->Line({"rtcp-mux"});
}

void DtlsAttributes(const DtlsLines& dtls, AttributeWriter* writer) {
  if (dtls.setup.empty()) return;
  writer->Line({"setup", ":", dtls.setup});
  writer->Line({"fingerprint", ":", dtls.hash, base::StrCat(" ", dtls.digest)});
  if (!dtls.tls_id.empty()) writer->Line({"tls-id", ":", dtls.tls_id});
}

void Writer::IceAttributes(const OutgoingSection& section, const call::Media& media,
                           AttributeWriter* writer) {
  const IceLines& ice = section.ice;
  writer->Line({"ice-ufrag", ":", ice.ufrag});
  writer->Line({"ice-pwd", ":", ice.password});
  if (!ice.options.empty()) writer->Line({"ice-options", ":", ice.options});
  for (const LocalCandidate& candidate :
       LocalCandidates(media, section.mux == MuxForm::kOnly)) {
    Candidate({candidate.component, candidate.port_set, candidate.priority}, writer);
  }
  if (ice.remote_candidates) {
    std::string list;
    for (const call::IcePair& pair : media.ice().selected()) {
      const base::Endpoint remote = call::FromProto(pair.remote());
      base::StrAppend(&list, list.empty() ? "" : " ", pair.rtcp() ? 2 : 1, " ",
                      remote.address.ToString(), " ", remote.port);
    }
    writer->Line({"remote-candidates", ":", list});
  }
  if (ice.end_of_candidates) writer->Line({"end-of-candidates"});
}

void Writer::Candidate(const PassedCandidate& candidate, AttributeWriter* writer) {
  const call::PortSet* port_set = call::FindPortSet(call_, candidate.port_set);
  if (port_set == nullptr) return;
  const auto& allocation = port_set->allocation();
  std::string address = options_.draft ? port_set->wanted().interface() : allocation.advertised_name();
  if (request_.media_address) address = request_.media_address->ToString();
  const uint32_t first = options_.draft ? port_set->wanted().id() : allocation.port();
  const uint32_t port = first + static_cast<uint32_t>(candidate.component - 1);
  // Of a draft that is the first, there is no address yet: the port set stands for it.
  const std::string foundation =
      options_.draft ? std::string() : Foundation(settings_.controller_name, allocation.address());
  writer->Line({"candidate", base::StrCat(":", foundation),
                base::StrCat(" ", candidate.component, " UDP ", candidate.priority, " ", address,
                             " ", port, " typ ", candidate.relay ? "relay raddr " : "host",
                             candidate.relay ? base::StrCat(address, " rport ", port) : "")});
}

void Writer::Section(const OutgoingSection& section) {
  const call::Media& media = *call::FindMedia(call_, section.media_id);
  const sdp::MediaSection* source = Source(section);
  Local local = LocalOf(media);
  if (section.untouched && source != nullptr) local = RemoteOf(*source);
  SectionHead(section, media, local);
  const std::string_view type = source != nullptr ? sdp::MediaTypeName(source->type)
                                                  : std::string_view(media.type_text());
  AttributeWriter writer(&out_, RulesFor(request_, type));
  if (!section.mid.empty()) writer.Line({"mid", ":", section.mid});
  if (!section.label.empty()) {
    writer.Line({"label", ":", section.label});
  } else if (source != nullptr && source->has_label) {
    writer.Line({"label", ":", source->label});
  }
  if (section.bundle_only) writer.Line({"bundle-only"});
  if (!section.rejected) {
    if (section.rtp) CodecLines(section, &writer);
    if (section.rtp) Extmaps(section, &writer);
    if (section.as_received) {
      PassThrough(*section.as_received, &writer);
    } else if (source != nullptr) {
      PassThrough(source->attributes, &writer);
    }
    for (const PassedCandidate& candidate : section.candidates) Candidate(candidate, &writer);
    if (section.rtp) {
      DirectionLine(section, &writer);
      RtcpLines(section, local, &writer);
      if (!section.unprotected && ShowsSdes(media)) {
        WriteCrypto(media.sdes_sent(), ReadSdesOptions(request_), &writer);
      }
      DtlsAttributes(section.dtls, &writer);
      if (section.ptime > 0) writer.Line({"ptime", base::StrCat(":", section.ptime)});
      if (section.maxptime > 0) writer.Line({"maxptime", base::StrCat(":", section.maxptime)});
      if (section.ice.shown) {
        const call::Media* head = call::FindMedia(call_, section.transport);
        IceAttributes(section, head != nullptr ? *head : media, &writer);
      }
    }
  }
  writer.Additions();
}

}  // namespace

std::string WriteSdp(const call::CallState& call, const OutgoingSdp& outgoing,
                     const ng::Request& request, const call::Settings& settings,
                     const OriginLine& origin, WriteOptions options) {
  return Writer(call, outgoing, request, settings, options).Write(origin);
}

}  // namespace controld::negotiate
