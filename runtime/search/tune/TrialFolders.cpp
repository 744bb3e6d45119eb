// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/TrialFolders.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <set>

namespace tenon::search {
namespace fs = std::filesystem;

TrialFolders::TrialFolders(const Study &study) : study_(study) {
  // Folders first, trials then: one that another process begins in between has no folder here that it lacks there.
  std::vector<std::string> names;
  std::error_code error; // there is none before the first trial
  for (fs::directory_iterator entry(fs::path(study.folderOf(0)).parent_path(), error), end; !error && entry != end;
       entry.increment(error))
    names.push_back(entry->path().filename());
  std::set<std::string> known;
  for (const TrialRecord &trial : study.trials())
    if (trial.state != TrialState::Waiting)
      known.insert(std::to_string(trial.number));
  for (const std::string &name : names)
    if (std::all_of(name.begin(), name.end(), ::isdigit) && !known.count(name))
      throw Error("--keep best: " + study.folder() + "/trials has '" + name +
                      "', which is of no trial of this study; move it away, so that nothing is deleted that another "
                      "program made",
                  Fault::Usage);
}

void TrialFolders::update(const std::vector<TrialRecord> &trials) {
  done_.resize(std::max(done_.size(), trials.size()), false);
  const std::vector<const TrialRecord *> best = ranked(trials, study_.settings().direction);
  for (const TrialRecord &trial : trials) {
    if (!trial.isFinished() || done_[size_t(trial.number)] || (!best.empty() && best[0] == &trial))
      continue;
    done_[size_t(trial.number)] = true;
    const std::string folder = study_.folderOf(trial.number);
    std::error_code error;
    if (fs::symlink_status(folder, error).type() != fs::file_type::directory)
      continue; // none was asked for; a link is somebody else's
    std::error_code gone;
    do // another process may delete it, too, and each stops at what the other has just deleted
      fs::remove_all(folder, error);
    while (error == std::errc::no_such_file_or_directory && fs::exists(folder, gone));
    if (error && error != std::errc::no_such_file_or_directory)
      std::fprintf(stderr, "--keep best: %s: cannot be deleted: %s\n", folder.c_str(), error.message().c_str());
  }
}

} // namespace tenon::search
