// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/HyperParameters.h"
#include "runtime/events/Protobuf.h"

namespace tenon::events {
namespace {
// Field numbers of the plugin's plugin_data.proto and api.proto, and of struct.proto.
enum PluginField { ExperimentOf = 2, StartOf = 3, EndOf = 4 };
enum ExperimentField { Created = 3, Parameters = 4, Metrics = 5 };
enum ParameterField { Name = 1, Type = 4, Discrete = 5, IntervalOf = 6 };
enum DataType { Text = 1, Number = 3 };
enum StartField { Values = 1, Group = 4, Started = 5 };
enum EndField { Status = 1, Ended = 2 };
enum ValueField { NumberValue = 2, TextValue = 3 };

Message valueOf(const HyperParameterValue &value) {
  if (auto *number = std::get_if<double>(&value))
    return Message().number(NumberValue, *number);
  return Message().bytes(TextValue, std::get<std::string>(value));
}

/// proto3 leaves out what is 0.
void addNumber(Message &message, int field, double value) {
  if (value != 0)
    message.number(field, value);
}

Message infoOf(const HyperParameter &parameter) {
  Message info;
  info.bytes(Name, parameter.name).integer(Type, parameter.interval ? Number : Text);
  if (parameter.interval) {
    Message interval;
    addNumber(interval, 1, parameter.interval->first);
    addNumber(interval, 2, parameter.interval->second);
    return info.message(IntervalOf, interval);
  }
  Message choices;
  for (const std::string &choice : parameter.choices)
    choices.message(1, valueOf(choice));
  return info.message(Discrete, choices);
}

Summary summaryOf(const char *tag, PluginField field, const Message &content) {
  Summary summary;
  summary.data(tag, "hparams", Message().message(field, content).data());
  return summary;
}
} // namespace

Summary experiment(const std::vector<HyperParameter> &parameters, const std::vector<std::string> &metrics,
                   double created) {
  Message content;
  addNumber(content, Created, created);
  for (const HyperParameter &parameter : parameters)
    content.message(Parameters, infoOf(parameter));
  for (const std::string &tag : metrics)
    content.message(Metrics, Message().message(1, Message().bytes(2, tag)));
  return summaryOf("_hparams_/experiment", ExperimentOf, content);
}

Summary sessionStart(const std::map<std::string, HyperParameterValue> &values, const std::string &group,
                     double started) {
  Message content;
  for (auto &[name, value] : values)
    content.message(Values, Message().bytes(1, name).message(2, valueOf(value)));
  content.bytes(Group, group);
  addNumber(content, Started, started);
  return summaryOf("_hparams_/session_start_info", StartOf, content);
}

Summary sessionEnd(SessionStatus status, double ended) {
  Message content;
  if (status != SessionStatus::Unknown)
    content.integer(Status, int64_t(status));
  addNumber(content, Ended, ended);
  return summaryOf("_hparams_/session_end_info", EndOf, content);
}

} // namespace tenon::events
