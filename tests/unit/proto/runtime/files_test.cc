// Reading files, directories of sockets, the pid file.
#include "proto/runtime/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "tests/unit/proto/runtime/temporary_directory.h"

namespace runtime {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const absl::Status& status) { return std::string(base::Message(status)); }

TEST(FilesTest, ReadFile) {
  const TemporaryDirectory directory;
  EXPECT_EQ(*ReadFile(directory.Write("a", "text")), "text");
  EXPECT_EQ(*ReadFile(directory.Write("empty", "")), "");
  EXPECT_TRUE(absl::IsNotFound(ReadFile(directory.path() + "/none").status()));
  EXPECT_THAT(ErrorOf(ReadFile(directory.path() + "/none").status()),
              HasSubstr("No such file or directory"));
  EXPECT_THAT(ErrorOf(ReadFile(directory.path()).status()), HasSubstr("Not a regular file"));
  ASSERT_EQ(mkfifo((directory.path() + "/fifo").c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf(ReadFile(directory.path() + "/fifo").status()),
              HasSubstr("Not a regular file"));
}

TEST(FilesTest, MakeParentDirectory) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(MakeParentDirectory(directory.path() + "/x/y/socket").ok());
  EXPECT_TRUE(std::filesystem::is_directory(directory.path() + "/x/y"));
  EXPECT_TRUE(MakeParentDirectory(directory.path() + "/x/y/socket").ok());
  directory.Write("file", "");
  EXPECT_FALSE(MakeParentDirectory(directory.path() + "/file/y/socket").ok());
}

TEST(PidFileTest, HoldsThePidAndGoesWithTheObject) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/pid";
  {
    PidFile file;
    ASSERT_TRUE(file.Open(path).ok());
    EXPECT_EQ(Slurp(path), "");
    ASSERT_TRUE(file.Write().ok());
    EXPECT_EQ(Slurp(path), std::to_string(getpid()) + "\n");
    PidFile second;
    EXPECT_THAT(ErrorOf(second.Open(path)), HasSubstr("belongs to a running process"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PidFileTest, AStaleFileIsTakenOver) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("pid", "123456789\n");
  PidFile file;
  ASSERT_TRUE(file.Open(path).ok());
  ASSERT_TRUE(file.Write().ok());
  EXPECT_EQ(Slurp(path), std::to_string(getpid()) + "\n");
}

TEST(PidFileTest, UnwritableIsAnError) {
  PidFile file;
  EXPECT_THAT(ErrorOf(file.Open("/nonexistent/pid")),
              HasSubstr("(No such file or directory), aborting startup"));
  EXPECT_TRUE(file.Write().ok());  // nothing asked for, nothing to do
}

}  // namespace
}  // namespace runtime
