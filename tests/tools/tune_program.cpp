// SPDX-License-Identifier: Apache-2.0
// A program with tuneMain, whose objective is a parabola, or what --mode says happens in it. tune_workers.py runs it.
#include <tenon/tune.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace tenon;

int main(int argc, char **argv) {
  std::string mode = "plain";
  int milliseconds = 0;
  auto objective = [&](Trial &trial) {
    const double x = trial.suggestFloat("x", -2, 3);
    const std::string kind = trial.suggestCategorical("kind", {"8", "16"});
    usleep(useconds_t(milliseconds) * 1000);
    if (mode == "crash")
      std::raise(SIGSEGV);
    if (mode == "crash-once" && trial.record().workers == 1)
      std::raise(SIGSEGV);
    if (mode == "hang-once" && trial.number() == 1 && trial.record().workers == 1)
      for (;;)
        pause();
    if (mode == "exit")
      std::exit(7);
    if (mode == "throw")
      throw std::runtime_error("no such luck");
    if (mode == "interrupt") { // as when Ctrl-C ends a child that the objective waits for
      std::raise(SIGINT);
      throw std::runtime_error("the child was interrupted");
    }
    return (x - 1) * (x - 1) + (kind == "16" ? 0 : 1);
  };
  return tuneMain(argc, argv, objective,
                  {.description = "A parabola.",
                   .direction = Direction::Minimize,
                   .options = {{"--mode", "plain, crash, crash-once, hang-once, exit, throw or interrupt", &mode},
                               {"--milliseconds", "that a trial takes", &milliseconds}},
                   .defaults = {{"x", 0.5}, {"kind", int64_t(16)}},
                   .afterwards = [](const Study &study) {
                     std::printf("defaults %s\n", toText(ParameterValue(*study.trials()[0].value)).c_str());
                   }});
}
