// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

namespace tenon::search {

std::string readable(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  std::string result = text;
  if (size_t e = result.find('e'); e != std::string::npos) {
    const size_t digits = e + (result[e + 1] == '-' ? 2 : 1);
    if (result[e + 1] == '+')
      result.erase(e + 1, 1);
    while (digits + 1 < result.size() && result[digits] == '0')
      result.erase(digits, 1);
  }
  return result;
}

std::string readable(const ParameterValue &value) {
  auto *number = std::get_if<double>(&value);
  return number ? readable(*number) : toText(value);
}

std::string duration(double seconds) {
  char text[40];
  const auto whole = static_cast<long long>(seconds);
  if (seconds < 60)
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%lld min %lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld h %lld min", whole / 3600, whole / 60 % 60);
  return text;
}

std::string assignments(const std::vector<Parameter> &parameters) {
  std::string text;
  for (const Parameter &parameter : parameters)
    text += (text.empty() ? "" : " ") + parameter.name + "=" + toText(parameter.value);
  return text;
}

size_t columnsOf(const std::string &text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string shortened(const std::string &text, size_t columns) {
  if (columnsOf(text) <= columns)
    return text;
  size_t end = 0;
  for (size_t count = 0; end < text.size(); ++end)
    if ((text[end] & 0xc0) != 0x80 && ++count == columns)
      break;
  return text.substr(0, end) + "…";
}

std::string counted(size_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::vector<Parameter> parametersOf(const std::vector<TrialRecord> &trials) {
  std::vector<Parameter> parameters;
  std::set<std::string> known;
  for (const TrialRecord &trial : trials)
    for (const Parameter &parameter : trial.parameters)
      if (known.insert(parameter.name).second)
        parameters.push_back(parameter);
  return parameters;
}

std::vector<const TrialRecord *> ranked(const std::vector<TrialRecord> &trials, Direction direction) {
  std::vector<const TrialRecord *> result;
  for (const TrialRecord &trial : trials)
    if (trial.state == TrialState::Complete)
      result.push_back(&trial);
  const SearchHistory history{trials, direction, 0};
  std::stable_sort(result.begin(), result.end(), [&](const TrialRecord *a, const TrialRecord *b) {
    return history.loss(*a->value) < history.loss(*b->value);
  });
  return result;
}

void writeFile(const std::string &path, const std::string &content) {
  // A terminal or a pipe is written to, not replaced.
  const bool plain = !std::filesystem::exists(path) || std::filesystem::is_regular_file(path);
  const std::string temporary = plain ? path + "." + std::to_string(getpid()) + ".part" : path;
  std::ofstream file(temporary, std::ios::binary);
  file << content;
  file.close();
  if (!file || (plain && std::rename(temporary.c_str(), path.c_str()) != 0)) {
    const std::string why = std::strerror(errno);
    std::error_code ignored;
    if (plain)
      std::filesystem::remove(temporary, ignored);
    throw Error(path + ": cannot be written: " + why);
  }
}

} // namespace tenon::search
