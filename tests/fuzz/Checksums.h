// SPDX-License-Identifier: Apache-2.0
// Files whose checksums are right again, for otherwise nothing but the check of the checksum is tried.
#ifndef TENON_TESTS_FUZZ_CHECKSUMS_H
#define TENON_TESTS_FUZZ_CHECKSUMS_H

#include <string>
#include <string_view>

namespace tenon::fuzz {

/// A .tenon file: header, directory and variables.
std::string withContainerChecksums(std::string_view file);
/// A zip archive: the entries of its directory, of which stored and deflated ones are read.
std::string withZipChecksums(std::string_view file);
/// A PNG file: all chunks.
std::string withPngChecksums(std::string_view file);

} // namespace tenon::fuzz
#endif // TENON_TESTS_FUZZ_CHECKSUMS_H
