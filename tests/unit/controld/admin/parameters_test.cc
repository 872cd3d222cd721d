// What can be changed while we run: texts as recorded, values as they take effect.
#include "controld/admin/parameters.h"

#include <gtest/gtest.h>

#include <string>

namespace controld::admin {
namespace {

struct Row {
  const char* item;
  const char* value;
  const char* answer;
};

TEST(AdminParametersTest, SetAnswersInTheTextsOfScripts) {
  const Row rows[] = {
      {"maxsessions", "10", "Success setting maxsessions to 10\n"},
      {"maxsessions", "-1", "Success setting maxsessions to -1; disable feature\n"},
      {"maxsessions", "-5",
       "Fail setting maxsessions to -5; either positive or -1 values allowed\n"},
      {"maxsessions", "abc", "Fail setting maxsessions to abc; no digits found\n"},
      {"maxcpu", "90.5", "Success setting maxcpu to 90.5\n"},
      {"maxcpu", "-1", "Success setting maxcpu to -1.0\n"},
      {"maxcpu", "abc", "Fail setting maxcpu to abc; no digits found\n"},
      {"maxcpu", "nan", "Fail setting maxcpu to nan; no digits found\n"},
      {"maxload", "3.25", "Success setting maxload to 3.25\n"},
      {"maxload", "0", "Success setting maxload to 0.00\n"},
      {"maxbw", "100000", "Success setting maxbw to 100000\n"},
      {"maxbw", "x", "Fail setting maxbw to x; no digits found\n"},
      {"maxbw", "-1", "Fail setting maxbw to -1; either positive or 0 (no limit) allowed\n"},
      {"timeout", "61", "Success setting timeout to 61\n"},
      {"timeout", "-1", "Fail setting timeout to -1; errno=0\n"},
      {"timeout", "abc", "Fail setting timeout to abc; no digits found\n"},
      {"timeout", "", "Fail setting timeout to ; no digits found\n"},
      {"timeout", "6x", "Fail setting timeout to 6x; no digits found\n"},
      {"timeout", "99999999999999999999",
       "Fail setting timeout to 99999999999999999999; errno=34\n"},
      {"timeout", "0", "Success setting timeout to 60\n"},
      {"silenttimeout", "3601", "Success setting timeout to 3601\n"},
      {"offertimeout", "3602", "Success setting timeout to 3602\n"},
      {"finaltimeout", "10", "Success setting timeout to 10\n"},
      {"finaltimeout", "0", "Success setting timeout to 0\n"},
      {"deletedelay", "31", "Success setting delete-delay to 31\n"},
      {"deletedelay", "abc", "Invalid delete-delay value\n"},
      {"deletedelay", "-1", "Invalid delete-delay value\n"},
      {"controltos", "184", "Success setting control-tos to 184\n"},
      {"controltos", "300", "Invalid control-tos value 300, must be between 0 and 255\n"},
      {"tos", "1", ""},
  };
  Parameters parameters;
  for (const Row& row : rows) {
    const Parameters before = parameters;
    const std::string answer = SetParameter(row.item, row.value, &parameters);
    EXPECT_EQ(answer, row.answer) << row.item << " " << row.value;
    if (answer.rfind("Success", 0) != 0) {
      EXPECT_EQ(parameters, before) << row.item << " " << row.value;
    }
    EXPECT_EQ(IsSettable(row.item), row.answer[0] != '\0') << row.item;
  }
  EXPECT_EQ(SetParameter("maxcpu", std::string(400, '9'), &parameters).rfind("Fail", 0), 0u);
  EXPECT_EQ(parameters.max_sessions, -1);
  EXPECT_EQ(parameters.max_cpu, -1);
  EXPECT_EQ(parameters.max_bandwidth, 100000);
  EXPECT_EQ(parameters.timeout_s, 60);
  EXPECT_EQ(parameters.silent_timeout_s, 3601);
  EXPECT_EQ(parameters.offer_timeout_s, 3602);
  EXPECT_EQ(parameters.final_timeout_s, 0);
  EXPECT_EQ(parameters.delete_delay_s, 31);
  EXPECT_EQ(parameters.control_tos, 184);
}

TEST(AdminParametersTest, List) {
  Parameters p;
  p.max_bandwidth = 5;
  EXPECT_EQ(ParameterText("timeout", p), "TIMEOUT=60\n");
  EXPECT_EQ(ParameterText("silenttimeout", p), "SILENT_TIMEOUT=3600\n");
  EXPECT_EQ(ParameterText("finaltimeout", p), "FINAL_TIMEOUT=0\n");
  EXPECT_EQ(ParameterText("offertimeout", p), "OFFER_TIMEOUT=3600\n");
  EXPECT_EQ(ParameterText("deletedelay", p), "30\n");
  EXPECT_EQ(ParameterText("controltos", p), "0\n");
  EXPECT_EQ(ParameterText("maxsessions", p), "Maximum sessions configured on rtpengine: -1\n");
  EXPECT_EQ(ParameterText("maxcpu", p), "Maximum CPU usage configured on rtpengine: 0.0\n");
  EXPECT_EQ(ParameterText("maxload", p), "Maximum load average configured on rtpengine: 0.00\n");
  EXPECT_EQ(ParameterText("maxbw", p), "Maximum bandwidth configured on rtpengine: 5\n");
  EXPECT_EQ(ParameterText("bogus", p), "");
}

TEST(AdminParametersTest, ParamsHaveTheUnitsOfTheReference) {
  Parameters start, current;
  EXPECT_EQ(ParametersText(start),
            "max_sessions = -1\ndefault_tos = 0\ncontrol_tos = 0\nbw_limit = 0\n"
            "silent_timeout_us = 3600000000\ntimeout_us = 60000000\nfinal_timeout_us = 0\n"
            "offer_timeout_us = 3600000000\ndelete_delay_us = 30000000\n"
            "[max-cpu = 0.0]\n[max-load = 0.00]\n");
  EXPECT_EQ(DifferenceText(start, current), "");
  current.silent_timeout_s = 3601;
  current.max_load = 2.5;
  EXPECT_EQ(DifferenceText(start, current),
            "silent-timeout: 3600000000 => 3601000000\nmax-load: 0.00 => 2.50\n");
}

}  // namespace
}  // namespace controld::admin
