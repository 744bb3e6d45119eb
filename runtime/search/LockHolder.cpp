// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/LockHolder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace tenon::search {
namespace {
namespace fs = std::filesystem;

/// What a folder of /proc has, as far as it may be seen: processes end, and others' are closed to us.
std::vector<std::string> numbersIn(const std::string &folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (std::string name = entry->path().filename(); std::all_of(name.begin(), name.end(), ::isdigit))
      names.push_back(std::move(name));
  return names;
}

/// "lock:	1: OFDLCK ADVISORY  WRITE -1 fe:01:1234 0 0": of which byte to which.
bool holds(const std::string &fdinfo, int64_t number) {
  std::ifstream file(fdinfo);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word, access, last;
    int64_t first = 0;
    if (words >> word && word == "lock:" && words >> word >> word >> word >> access >> word >> word >> first >> last)
      if (access == "WRITE" && first <= number && (last == "EOF" || number <= std::stoll(last)))
        return true;
  }
  return false;
}

bool isStopped(const std::string &process) {
  std::ifstream file(process + "/stat");
  std::string text;
  std::getline(file, text);
  const size_t name = text.rfind(") "); // the program's name may hold anything
  return name != std::string::npos && name + 2 < text.size() && (text[name + 2] == 'T' || text[name + 2] == 't');
}
} // namespace

std::optional<LockHolder> lockHolder(int file, int64_t number) {
  struct stat wanted {};
  if (fstat(file, &wanted) != 0)
    return std::nullopt;
  for (const std::string &id : numbersIn("/proc")) {
    const std::string process = "/proc/" + id;
    for (const std::string &descriptor : numbersIn(process + "/fd")) {
      struct stat found {};
      if (stat((process + "/fd/" + descriptor).c_str(), &found) == 0 && found.st_dev == wanted.st_dev &&
          found.st_ino == wanted.st_ino && holds(process + "/fdinfo/" + descriptor, number))
        return LockHolder{.id = pid_t(std::stol(id)), .isStopped = isStopped(process)};
    }
  }
  return std::nullopt;
}

} // namespace tenon::search
