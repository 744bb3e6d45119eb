// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_UTF8_H
#define TENON_RUNTIME_DATA_UTF8_H

#include <string>
#include <string_view>

namespace tenon::data {

/// The characters of UTF-8; an Error that starts with `what` and names the first byte that is none.
std::u32string fromUtf8(std::string_view text, const std::string &what);
std::string toUtf8(std::u32string_view characters);
/// Lower case by Unicode's simple mapping, one character for one.
char32_t lowerCase(char32_t character);

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_UTF8_H
