// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Commands.h"

#include <cctype>
#include <cmath>
#include <string_view>

namespace tenon::run {
namespace {
class Parser {
public:
  Parser(std::string_view text, const std::map<std::string, int64_t> &symbols) : text_(text), symbols_(symbols) {}

  std::optional<double> parse() {
    double value = sum();
    skip();
    return good_ && text_.empty() ? std::optional<double>(value) : std::nullopt;
  }

private:
  void skip() {
    while (!text_.empty() && text_[0] == ' ')
      text_.remove_prefix(1);
  }
  bool accept(std::string_view token) {
    skip();
    if (text_.substr(0, token.size()) != token)
      return false;
    text_.remove_prefix(token.size());
    return true;
  }
  double sum() {
    double value = product();
    for (;;) {
      if (accept("+"))
        value += product();
      else if (accept("-"))
        value -= product();
      else
        return value;
    }
  }
  double product() {
    double value = factor();
    for (;;) {
      if (accept("*"))
        value *= factor();
      else if (accept("floordiv"))
        value = std::floor(value / factor());
      else if (accept("ceildiv"))
        value = std::ceil(value / factor());
      else if (accept("mod")) {
        double by = factor();
        value -= std::floor(value / by) * by;
      } else if (accept("/")) // of whole numbers, as the manifest prints it
        value = std::floor(value / factor());
      else
        return value;
    }
  }
  double factor() {
    if (accept("-"))
      return -factor();
    if (accept("(")) {
      // A text is a compiler's, but it comes from a file: the recursion is bounded.
      good_ = good_ && ++depth_ < 100;
      double value = good_ ? sum() : 0;
      --depth_;
      good_ = good_ && accept(")");
      return value;
    }
    skip();
    size_t length = 0;
    while (length < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[length])) || text_[length] == '_'))
      ++length;
    std::string word(text_.substr(0, length));
    text_.remove_prefix(length);
    auto symbol = symbols_.find(word);
    if (symbol != symbols_.end())
      return static_cast<double>(symbol->second);
    char *end = nullptr;
    double value = std::strtod(word.c_str(), &end);
    good_ = good_ && length && *end == 0 && std::isdigit(static_cast<unsigned char>(word[0]));
    return value;
  }

  std::string_view text_;
  const std::map<std::string, int64_t> &symbols_;
  bool good_ = true;
  int depth_ = 0;
};
} // namespace

std::optional<double> evaluateExpression(const std::string &text, const std::map<std::string, int64_t> &symbols) {
  return Parser(text, symbols).parse();
}

} // namespace tenon::run
