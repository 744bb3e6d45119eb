// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Options.h"

#include <tenon/error.h>

#include <cmath>
#include <cstdlib>

namespace tenon::run {
namespace {
[[noreturn]] void refuse(const std::string &message) { throw Error(message, Fault::Usage); }

/// The words of a command line; "--option=value" counts as two.
class Words {
public:
  Words(int argc, char **argv) {
    for (int i = 1; i < argc; ++i) {
      std::string word = argv[i];
      size_t equals = word.rfind("--", 0) == 0 ? word.find('=') : std::string::npos;
      words_.push_back(word.substr(0, equals));
      if (equals != std::string::npos)
        words_.push_back(word.substr(equals + 1));
    }
  }
  bool empty() const { return next_ == words_.size(); }
  const std::string &peek() const { return words_[next_]; }
  std::string take() { return words_[next_++]; }
  std::string value(const std::string &option) {
    if (empty())
      refuse(option + " needs a value");
    return take();
  }

private:
  std::vector<std::string> words_;
  size_t next_ = 0;
};

int64_t whole(const std::string &option, const std::string &text, int64_t least) {
  char *end = nullptr;
  long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end || value < least || value > 1'000'000'000)
    refuse(option + ": expected a whole number of at least " + std::to_string(least) + ", received '" + text + "'");
  return value;
}

double tolerance(const std::string &option, const std::string &text) {
  char *end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end || !(value >= 0) || std::isinf(value))
    refuse(option + ": expected a number of at least 0, received '" + text + "'");
  return value;
}

NamedFile namedFile(const std::string &option, const std::string &text) {
  size_t equals = text.find('=');
  NamedFile file{equals == std::string::npos ? "" : text.substr(0, equals),
                 equals == std::string::npos ? text : text.substr(equals + 1)};
  if (file.path.empty())
    refuse(option + ": expected [name=]FILE.npy, received '" + text + "'");
  return file;
}

bool readCommon(Options &options, const std::string &word, Words &words) {
  if (word == "--threads")
    options.threads = static_cast<int>(whole(word, words.value(word), 1));
  else if (word == "--help" || word == "-h")
    options.command = "help";
  else if (word == "--version")
    options.command = "version";
  else
    return false;
  return true;
}

bool readRun(Options &options, const std::string &word, Words &words) {
  if (word == "--input")
    options.inputs.push_back(namedFile(word, words.value(word)));
  else if (word == "--output")
    options.outputs.push_back(namedFile(word, words.value(word)));
  else if (word == "--expected")
    options.expected.push_back(namedFile(word, words.value(word)));
  else if (word == "--rtol")
    options.rtol = tolerance(word, words.value(word));
  else if (word == "--atol")
    options.atol = tolerance(word, words.value(word));
  else
    return false;
  return true;
}

bool readBench(Options &options, const std::string &word, Words &words) {
  if (word == "--input") {
    options.inputs.push_back(namedFile(word, words.value(word)));
  } else if (word == "--entry") {
    options.entry = words.value(word);
  } else if (word == "--batch") {
    options.batch = whole(word, words.value(word), 1);
  } else if (word == "--json") {
    options.json = words.value(word);
  } else if (word == "--dim") {
    std::string text = words.value(word);
    size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse("--dim: expected NAME=SIZE, received '" + text + "'");
    options.dims[text.substr(0, equals)] = whole("--dim " + text.substr(0, equals), text.substr(equals + 1), 1);
  } else {
    return false;
  }
  return true;
}
} // namespace

Options parseOptions(int argc, char **argv, bool isTool) {
  Options options;
  Words words(argc, argv);
  if (isTool) {
    if (words.empty())
      refuse("expected a command: run, bench, --help or --version");
    if (words.peek() != "run" && words.peek() != "bench" && words.peek()[0] != '-')
      refuse("there is no command '" + words.peek() + "'; expected run or bench");
  }
  if (!words.empty() && (words.peek() == "run" || words.peek() == "bench"))
    options.command = words.take();
  const std::string command = options.command;
  while (!words.empty()) {
    std::string word = words.take();
    if (readCommon(options, word, words) || (command == "run" && readRun(options, word, words)) ||
        (command == "bench" && readBench(options, word, words)))
      continue;
    if (!word.empty() && word[0] == '-')
      refuse(command + " has no option " + word + "; --help lists them");
    if (!isTool || !options.program.empty())
      refuse("unexpected argument '" + word + "'");
    options.program = word;
  }
  if (isTool && options.program.empty() && options.command == command)
    refuse(command + ": expected a compiled library (NAME.so)");
  return options;
}

std::string helpText(const std::string &name, bool isTool) {
  const std::string file = isTool ? " NAME.so" : "", run = isTool ? " run" : "";
  return "Runs a compiled neural network.\n\n"
         "  " +
         name + run + file +
         " --input [name=]x.npy ... [--output [name=]y.npy]\n"
         "      [--expected [name=]ref.npy --rtol 1e-4 --atol 1e-5] [--threads N]\n"
         "      Predicts; prints the outputs, or writes them, or compares them: fails when an element\n"
         "      differs by more than atol + rtol * |expected|. - is standard input or output.\n"
         "  " +
         name + " bench" + file +
         " [--entry predict] [--batch N] [--dim time=100] [--input [name=]x.npy ...] [--threads N]\n"
         "      [--json FILE]\n"
         "      Prints the time of a call and the arithmetic rate beside this machine's peak. Inputs without a\n"
         "      file are made up: floats between 0 and 1, integers 0.\n"
         "  " +
         name +
         " --help | --version\n\n"
         "Exit codes: 0 done, 1 the input's fault, 2 wrong usage, 3 a bug of Tenon's, 128 + signal when stopped.\n";
}

} // namespace tenon::run
