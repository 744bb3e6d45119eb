// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/Utf8.h"

#include <tenon/error.h>

#include <clocale>
#include <cwctype>

namespace tenon::data {

std::u32string fromUtf8(std::string_view text, const std::string &what) {
  std::u32string result;
  for (size_t i = 0; i < text.size();) {
    auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    unsigned first = byte(i);
    int more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : -1;
    char32_t character = more == 0 ? first : first & (0x3f >> more);
    bool valid = more >= 0;
    for (int k = 1; k <= more && valid; ++k) {
      valid = byte(i + size_t(k)) >> 6 == 2;
      character = character << 6 | (byte(i + size_t(k)) & 0x3f);
    }
    constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (!valid || character < least[more] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
      throw Error(what + ": byte " + std::to_string(i) + " is no UTF-8");
    result += character;
    i += size_t(more) + 1;
  }
  return result;
}

std::string toUtf8(std::u32string_view characters) {
  std::string text;
  auto tail = [&](char32_t character, int shift) { text += static_cast<char>(0x80 | (character >> shift & 0x3f)); };
  for (char32_t c : characters) {
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xc0 | c >> 6);
      tail(c, 0);
    } else if (c < 0x10000) {
      text += static_cast<char>(0xe0 | c >> 12);
      tail(c, 6);
      tail(c, 0);
    } else {
      text += static_cast<char>(0xf0 | c >> 18);
      tail(c, 12);
      tail(c, 6);
      tail(c, 0);
    }
  }
  return text;
}

char32_t lowerCase(char32_t character) {
  if (character < 0x80)
    return character >= 'A' && character <= 'Z' ? character + 32 : character;
  // Part of the C library whatever the user's locale is; never freed.
  static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return unicode ? static_cast<char32_t>(towlower_l(static_cast<wint_t>(character), unicode)) : character;
}

} // namespace tenon::data
