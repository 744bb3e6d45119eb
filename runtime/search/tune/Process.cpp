// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Process.h"

#include <tenon/error.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace tenon::search {
namespace {
[[noreturn]] void failed(const std::string &what) { throw Error(what + ": " + std::strerror(errno)); }

std::vector<char *> pointersTo(std::vector<std::string> &texts) {
  std::vector<char *> pointers;
  for (std::string &text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environmentWith(const std::map<std::string, std::string> &more) {
  std::vector<std::string> all;
  for (char **entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!more.count(text.substr(0, text.find('='))))
      all.push_back(text);
  }
  for (auto &[name, value] : more)
    all.push_back(name + "=" + value);
  return all;
}
} // namespace

Process::Process(const Options &options) {
  // All that needs memory is made before fork: behind it, another thread's lock would never be let go.
  std::vector<std::string> words = options.words, environment = environmentWith(options.environment);
  const std::vector<char *> arguments = pointersTo(words), variables = pointersTo(environment);
  const std::string &program = options.program.empty() ? words[0] : options.program;
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int errors = -1, output[2] = {-1, -1}, report[2];
  if (!options.errors.empty() &&
      (errors = open(options.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) < 0)
    failed(options.errors + ": cannot be written");
  if (pipe2(report, O_CLOEXEC) != 0 || (options.readOutput && pipe2(output, O_CLOEXEC) != 0))
    failed("no pipe to a program");
  const pid_t parent = getpid();
  id_ = fork();
  if (id_ < 0)
    failed("a program cannot be started");
  if (id_ == 0) {
    setpgid(0, 0);
    for (int number : {SIGINT, SIGTERM, SIGHUP})
      ::signal(number, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) // it died before
      _exit(127);
    dup2(nothing, STDIN_FILENO);
    if (errors >= 0)
      dup2(errors, STDERR_FILENO);
    if (output[1] >= 0)
      dup2(output[1], STDOUT_FILENO);
    if (options.handedOn >= 0)
      fcntl(options.handedOn, F_SETFD, 0);
    execvpe(program.c_str(), arguments.data(), variables.data());
    const int code = errno;
    [[maybe_unused]] const ssize_t told = write(report[1], &code, sizeof code);
    _exit(127);
  }
  setpgid(id_, id_); // here too, so that it is done whoever comes first
  for (int descriptor : {nothing, errors, output[1], report[1]})
    if (descriptor >= 0)
      close(descriptor);
  output_ = output[0];
  int code = 0;
  ssize_t got;
  do
    got = read(report[0], &code, sizeof code);
  while (got < 0 && errno == EINTR);
  close(report[0]);
  if (got == sizeof code) {
    waitpid(id_, nullptr, 0);
    if (output_ >= 0)
      close(output_);
    errno = code;
    failed("'" + program + "' cannot be run");
  }
}

Process::~Process() {
  if (output_ >= 0)
    close(output_);
  if (!status()) {
    signal(SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR)
      ;
  }
}

std::optional<int> Process::status() {
  int status = 0;
  if (!status_ && waitpid(id_, &status, WNOHANG) == id_)
    status_ = status;
  return status_;
}

void Process::signal(int number) const { kill(-id_, number); }

std::string statusText(int status) {
  if (WIFSIGNALED(status))
    return "signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")";
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

} // namespace tenon::search
