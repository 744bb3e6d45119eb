// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Locks.h"
#include "tests/runtime/Helpers.h"

#include <gmock/gmock.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace tenon;
using search::Locks;
using test::errorOf;
using testing::AllOf;
using testing::HasSubstr;

namespace {
/// A process that has lock 0, from when it is made.
struct Holder {
  pid_t id;
  explicit Holder(const std::string &path) : id(fork()) {
    if (id == 0) {
      Locks locks(path);
      locks.take(0);
      std::raise(SIGSTOP);
      for (;;)
        pause();
    }
    waitpid(id, nullptr, WUNTRACED);
  }
  ~Holder() {
    kill(id, SIGKILL);
    waitpid(id, nullptr, 0);
  }
};

struct LocksTest : testing::Test {
  test::TemporaryFolder folder;
  std::string path = folder.file("locks");
  std::string taken() {
    return errorOf([&] { Locks(path, 0.05).take(0); });
  }
};
} // namespace

TEST_F(LocksTest, WhoKeepsOneIsNamed) {
  {
    Holder holder(path);
    const std::string id = std::to_string(holder.id);
    EXPECT_THAT(taken(), AllOf(HasSubstr(path + ": process " + id + " on "), HasSubstr("kept the lock for 0.05 s"),
                               HasSubstr("it is stopped: let it go on with 'kill -CONT " + id + "'"),
                               HasSubstr("end it with 'kill -9 " + id + "'")));
    kill(holder.id, SIGCONT);
    waitpid(holder.id, nullptr, WCONTINUED);
    EXPECT_THAT(taken(), HasSubstr("it hangs: end it with 'kill -9 " + id + "'"));
    EXPECT_EQ(errorOf([&] { Locks(path, 0.05).take(1); }), "") << "another number";
  }
  EXPECT_EQ(taken(), "") << "the kernel drops a dead one's";
}

TEST_F(LocksTest, OneOfThisProcessIsNamedToo) {
  Locks other(path);
  other.take(3);
  other.take(0);
  EXPECT_THAT(taken(), HasSubstr("process " + std::to_string(getpid()) + " on "));
  other.release(0);
  EXPECT_EQ(taken(), "");
}
