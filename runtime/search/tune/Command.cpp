// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Command.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace tenon::search {
namespace {
[[noreturn]] void fail(const std::string &what) { throw Error("--command: " + what, Fault::Usage); }

std::vector<std::string> wordsOf(const std::string &text) {
  std::vector<std::string> words;
  bool within = false; // a word, which may be empty: ''
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quote && std::isspace(static_cast<unsigned char>(c))) {
      within = false;
      continue;
    }
    if (!within)
      words.emplace_back();
    within = true;
    if (quote && c == quote)
      quote = 0;
    else if (!quote && (c == '\'' || c == '"'))
      quote = c;
    else if (c == '\\' && quote != '\'' && i + 1 < text.size())
      words.back() += text[++i];
    else if (!quote && std::string_view("|&;<>()$`*?#~").find(c) != std::string_view::npos)
      fail(std::string("'") + c + "' is for a shell, and none reads the command; quote it, or name one: sh -c '...'");
    else
      words.back() += c;
  }
  if (quote)
    fail(std::string("the quote ") + quote + " does not end");
  return words;
}

bool isProgram(const std::string &path) {
  std::error_code error; // a folder of PATH may be closed to us
  return std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}
} // namespace

Command::Command(const std::string &text, const std::vector<NamedRange> &parameters) {
  std::set<std::string> missing;
  for (const NamedRange &parameter : parameters)
    if (!missing.insert(parameter.name).second)
      throw Error("--param: '" + parameter.name + "' is given twice", Fault::Usage);
  for (const std::string &word : wordsOf(text)) {
    words_.emplace_back();
    addPlaces(word, parameters);
    for (const Piece &piece : words_.back())
      if (piece.isPlace)
        missing.erase(piece.text);
  }
  if (words_.empty())
    fail("it is empty; expected a program and its arguments");
  if (!missing.empty())
    throw Error("--param: '" + *missing.begin() + "' has no place {" + *missing.begin() + "} in --command '" + text +
                    "'",
                Fault::Usage);
}

void Command::addPlaces(const std::string &text, const std::vector<NamedRange> &parameters) {
  std::vector<Piece> &pieces = words_.back();
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '{' || text[i] == '}') && text.compare(i, 2, std::string(2, text[i])) == 0) {
      plain += text[i++];
      continue;
    }
    if (text[i] == '}')
      fail("'}' without '{' in '" + text + "'; write }} for the character");
    if (text[i] != '{') {
      plain += text[i];
      continue;
    }
    const size_t end = text.find('}', i);
    if (end == std::string::npos)
      fail("'{' without '}' in '" + text + "'; write {{ for the character");
    const std::string name = text.substr(i + 1, end - i - 1);
    if (std::none_of(parameters.begin(), parameters.end(), [&](const NamedRange &one) { return one.name == name; }))
      fail("{" + name + "} has no --param '" + name + "=...'; write {{ and }} for braces that are meant as they stand");
    if (!plain.empty())
      pieces.push_back({std::move(plain)});
    plain.clear();
    pieces.push_back({name, true});
    i = end;
  }
  if (!plain.empty() || pieces.empty())
    pieces.push_back({std::move(plain)});
}

std::vector<std::string> Command::words(const std::map<std::string, std::string> &values) const {
  std::vector<std::string> words;
  for (const std::vector<Piece> &pieces : words_) {
    words.emplace_back();
    for (const Piece &piece : pieces)
      words.back() += piece.isPlace ? values.at(piece.text) : piece.text;
  }
  return words;
}

void Command::checkProgram() const {
  if (words_[0].size() != 1 || words_[0][0].isPlace)
    return;
  const std::string &program = words_[0][0].text;
  if (program.find('/') != std::string::npos) {
    if (!isProgram(program))
      fail("'" + program + "' is no program that can be run");
    return;
  }
  const char *path = std::getenv("PATH");
  for (const std::string &folder : split(path ? path : "/bin:/usr/bin", ':'))
    if (isProgram((folder.empty() ? "." : folder) + "/" + program))
      return;
  fail("no program '" + program + "' in PATH");
}

} // namespace tenon::search
