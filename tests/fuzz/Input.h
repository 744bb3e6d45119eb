// SPDX-License-Identifier: Apache-2.0
// What libFuzzer made up, as the file that a reader is given.
#ifndef TENON_TESTS_FUZZ_INPUT_H
#define TENON_TESTS_FUZZ_INPUT_H

#include <tenon/array.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tenon::fuzz {

/// Runs `read` on a file of these bytes. It must end within a second (scaled for the sanitizers) and may throw an Error
/// of one line that starts with the path; with any other exception the process ends. The file exists in memory alone;
/// readers that map it get an allocation of exactly its size, so that a byte read beyond the file is noticed.
void readFile(std::string_view bytes, const std::function<void(const std::string &path)> &read);
/// The same for a reader that takes the bytes and names them `what`.
void readBytes(std::string_view bytes,
               const std::function<void(std::string_view bytes, const std::string &what)> &read);

/// Reads every element: a view that reaches out of its memory is noticed.
void touch(const Array &array);
/// Ends the process unless the condition holds, for answers that must be right.
void require(bool condition, const char *what);

} // namespace tenon::fuzz
#endif // TENON_TESTS_FUZZ_INPUT_H
