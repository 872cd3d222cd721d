// The sub-commands: each function adds one to the command line and says what it does when chosen.
//
// One file per sub-command. What is printed for people comes from pure functions (…Text) in the
// same file, so that it can be tested without a daemon.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "controld/ng/lint.h"
#include "mediad/nft/check.h"
#include "mediad/offload/netlink/messages.h"
#include "rtpengine/v1/admin.pb.h"
#include "tools/rtpctl/client/session.h"

namespace rtpctl {

// The whole command line. `app` and `session` outlive each other's use in callbacks.
void BuildCommandLine(CLI::App* app, Session* session);

void AddStatus(CLI::App* parent, Session* session);
void AddWorkersList(CLI::App* parent, Session* session);
void AddWorkersShow(CLI::App* parent, Session* session);
void AddWorkersDrain(CLI::App* parent, Session* session);  // drain and undrain
void AddCallsList(CLI::App* parent, Session* session);
void AddCallsShow(CLI::App* parent, Session* session);
void AddCallsExplain(CLI::App* parent, Session* session);
void AddCallsDelete(CLI::App* parent, Session* session);
void AddCallsDebug(CLI::App* parent, Session* session);
void AddCli(CLI::App* parent, Session* session);
void AddOffload(CLI::App* parent, Session* session);  // list, show, why-not
void AddKmod(CLI::App* parent, Session* session);     // status, selftest
void AddStats(CLI::App* parent, Session* session);
void AddTop(CLI::App* parent, Session* session);
void AddLogLevel(CLI::App* parent, Session* session);
void AddNg(CLI::App* parent, Session* session);  // lint and reference
void AddDoctor(CLI::App* parent, Session* session);
void AddMigrate(CLI::App* parent, Session* session);  // plan; apply, status, rollback, reference
void AddNft(CLI::App* parent, Session* session);  // show, plan, apply, remove, check
void AddVersion(CLI::App* parent, Session* session);
void AddCompletion(CLI::App* parent, Session* session, const CLI::App* root);

// ---- what people see
std::string StatusText(const rtpengine::v1::GetStatusResponse& status, int64_t now,
                       const Style& style);
std::string WorkersText(const rtpengine::v1::ListWorkersResponse& workers, int64_t now,
                        const Style& style);
std::string WorkerText(const rtpengine::v1::WorkerInfo& worker, int64_t now, const Style& style);
std::string CallsText(const rtpengine::v1::ListCallsResponse& calls, int64_t now,
                      const Style& style);
std::string CallText(const rtpengine::v1::CallInfo& call, int64_t now, const Style& style);
std::string ExplanationText(const rtpengine::v1::ExplainCallResponse& explanation,
                            const Style& style);
// `before`: the values `seconds` ago, for rates; null at first.
std::string StatisticsText(const rtpengine::v1::Statistics& now,
                           const rtpengine::v1::Statistics* before, double seconds,
                           const Style& style);
std::string OffloadCallsText(const rtpengine::v1::ListCallsResponse& calls, const Style& style);
// `only_missing`: of the streams that are not in the kernel.
std::string OffloadText(const rtpengine::v1::CallInfo& call, bool only_missing, int64_t now, const Style& style);
std::string ModuleText(const mediad::offload::ModuleInfo& module,
                       const std::vector<mediad::offload::TableInfo>& tables, const Style& style);
std::string LintText(const std::vector<controld::ng::LintEntry>& entries, const Style& style);
std::string NftText(const mediad::nft::Settings& settings, const mediad::nft::Ruleset& installed,
                    const std::string& missing, const Style& style);
std::string FindingsText(const std::vector<mediad::nft::Finding>& findings, const Style& style);
std::string LogLevelsText(const rtpengine::v1::LogLevels& levels, const Style& style);
// A script for the shell; empty for one that is not known.
std::string CompletionScript(const CLI::App& root, const std::string& shell);

// Helpers of several sub-commands.
Cell WorkerStateCell(rtpengine::v1::WorkerState state, bool attached);

}  // namespace rtpctl
