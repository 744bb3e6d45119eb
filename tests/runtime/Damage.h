// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_DAMAGE_H
#define TENON_TESTS_RUNTIME_DAMAGE_H

#include "tests/runtime/Helpers.h"

namespace tenon::test {

/// Runs `read` over every truncation of `content` written to `path` and over every byte with one bit flipped (another
/// bit for every byte). `read` throws an Error, which must say something, or has read and checked what it got; a crash
/// or another exception ends the test. Long files are sampled: `step` bytes apart.
template <typename Read>
void sweepDamage(const std::string &content, const std::string &path, bool allTruncationsFail, Read &&read) {
  size_t step = content.size() / 4000 + 1;
  auto write = [&](const std::string &damaged) {
    std::filesystem::remove(path); // file systems flush a file that is cut and written again
    writeFile(path, damaged);
  };
  for (size_t size = 0; size < content.size(); size += step) {
    write(content.substr(0, size));
    std::string error = errorOf(read);
    if (error.empty()) {
      ASSERT_FALSE(allTruncationsFail) << "truncated to " << size << " bytes";
      continue;
    }
    ASSERT_NE(error.find(path), std::string::npos) << error;
  }
  for (size_t at = 0; at < content.size(); at += step) {
    std::string flipped = content;
    flipped[at] = static_cast<char>(flipped[at] ^ 1 << at / step % 8);
    write(flipped);
    std::string error = errorOf(read);
    ASSERT_TRUE(error.empty() || error.find(path) != std::string::npos) << error;
    if (testing::Test::HasFatalFailure())
      FAIL() << "with byte " << at << " damaged";
  }
}

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_DAMAGE_H
