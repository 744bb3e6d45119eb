// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/Record.h"
#include "runtime/WholeNumber.h"
#include "runtime/search/Range.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tenon::search {
namespace {
using Json = nlohmann::json;
using Kind = Record::Kind;
constexpr int version = 1;
constexpr std::pair<Kind, const char *> kinds[] = {
    {Kind::Begin, "begin"},   {Kind::Enqueue, "enqueue"},     {Kind::Take, "take"},           {Kind::Range, "range"},
    {Kind::Report, "report"}, {Kind::Attribute, "attribute"}, {Kind::Parameter, "parameter"}, {Kind::Alive, "alive"},
    {Kind::Tell, "tell"},     {Kind::Execution, "execution"},
    {Kind::Excuse, "excuse"}};

/// What a user gives as text need not be UTF-8, which JSON is.
std::string dump(const Json &json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json toJson(const ParameterValue &value) {
  return std::visit([](auto &&held) { return Json(held); }, value);
}

ParameterValue valueFrom(const Json &json) {
  if (json.is_number_integer())
    return wholeNumber<int64_t>(json);
  if (json.is_number_float())
    return json.get<double>();
  return json.get<std::string>();
}

/// JSON has no NaN; null stands for it.
double numberFrom(const Json &json) { return json.is_null() ? NAN : json.get<double>(); }

Json toJson(const ParameterRange &range) {
  if (range.kind == ParameterKind::Categorical)
    return {{"choices", range.choices}};
  Json json{{range.kind == ParameterKind::Int ? "int" : "float", {range.low, range.high}}, {"step", range.step}};
  if (range.log)
    json["log"] = true;
  return json;
}

ParameterRange rangeFrom(const Json &json) {
  if (json.contains("choices"))
    return {.kind = ParameterKind::Categorical, .choices = json["choices"].get<std::vector<std::string>>()};
  bool integer = json.contains("int");
  const Json &bounds = json.at(integer ? "int" : "float");
  return {.kind = integer ? ParameterKind::Int : ParameterKind::Float,
          .low = bounds.at(0).get<double>(),
          .high = bounds.at(1).get<double>(),
          .step = json.at("step").get<double>(),
          .log = json.value("log", false)};
}

TrialState stateFrom(const std::string &text) {
  for (TrialState state : {TrialState::Complete, TrialState::Pruned, TrialState::Failed})
    if (text == toText(state))
      return state;
  throw Error("'" + text + "' is no state a trial ends in");
}

/// `read` of the parsed line; what the JSON library throws, as an Error.
template <typename Read> auto parsed(const std::string &text, Read &&read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception &error) {
    throw Error(error.what());
  }
}
} // namespace

std::string toJson(const Record &record) {
  Json json{{"time", record.time}};
  for (auto [kind, word] : kinds)
    if (kind == record.kind)
      json["what"] = word;
  if (record.kind != Kind::Range)
    json["trial"] = record.number;
  for (auto &[name, value] : record.planned)
    json["planned"][name] = toJson(value);
  switch (record.kind) {
  case Kind::Range:
    json["name"] = record.text;
    json["range"] = toJson(record.range);
    break;
  case Kind::Parameter:
    json["name"] = record.text;
    json["value"] = toJson(record.value);
    break;
  case Kind::Attribute:
    json["key"] = record.text;
    json["text"] = record.more;
    break;
  case Kind::Report:
    json["step"] = record.step;
    json["value"] = record.result.value();
    break;
  case Kind::Execution:
    json["value"] = record.result.value();
    break;
  case Kind::Tell:
    json["state"] = toText(record.state);
    if (record.result)
      json["value"] = *record.result;
    if (!record.more.empty())
      json["why"] = record.more;
    if (record.accident)
      json["accident"] = true;
    break;
  default:
    break;
  }
  return dump(json);
}

Record recordFrom(const std::string &text) {
  return parsed(text, [](const Json &json) {
    Record record;
    const std::string &word = json.at("what").get_ref<const std::string &>();
    bool known = false;
    for (auto [kind, name] : kinds)
      if (word == name) {
        record.kind = kind;
        known = true;
      }
    if (!known)
      throw Error("'" + word + "' is no step of a study");
    record.time = json.at("time").get<double>();
    if (record.kind != Kind::Range)
      record.number = wholeNumber<int64_t>(json.at("trial"));
    if (json.contains("planned"))
      for (auto &[name, value] : json["planned"].items())
        record.planned[name] = valueFrom(value);
    switch (record.kind) {
    case Kind::Range:
      record.text = json.at("name").get<std::string>();
      record.range = rangeFrom(json.at("range"));
      checkRange(record.text, record.range);
      break;
    case Kind::Parameter:
      record.text = json.at("name").get<std::string>();
      record.value = valueFrom(json.at("value"));
      break;
    case Kind::Attribute:
      record.text = json.at("key").get<std::string>();
      record.more = json.at("text").get<std::string>();
      break;
    case Kind::Report:
      record.step = wholeNumber<int64_t>(json.at("step"));
      record.result = numberFrom(json.at("value"));
      break;
    case Kind::Execution:
      record.result = numberFrom(json.at("value"));
      break;
    case Kind::Tell:
      record.state = stateFrom(json.at("state").get<std::string>());
      if (json.contains("value"))
        record.result = numberFrom(json.at("value"));
      record.more = json.value("why", "");
      record.accident = json.value("accident", false);
      break;
    default:
      break;
    }
    return record;
  });
}

std::string toJson(const StudySettings &settings) {
  return dump({{"tenon study", version},
               {"direction", toText(settings.direction)},
               {"seed", settings.seed},
               {"sampler", settings.sampler},
               {"pruner", settings.pruner},
               {"with arguments", settings.withArguments}});
}

StudySettings settingsFrom(const std::string &text) {
  return parsed(text, [](const Json &json) -> StudySettings {
    if (!json.is_object() || !json.contains("tenon study"))
      throw Error("it does not begin as a study's journal does");
    if (json["tenon study"] != version)
      throw Error("it is of version " + json["tenon study"].dump() + ", this program reads version " +
                  std::to_string(version));
    return {.direction = directionFrom(json.at("direction").get<std::string>()),
            .seed = wholeNumber<uint64_t>(json.at("seed")),
            .sampler = json.at("sampler").get<std::string>(),
            .pruner = json.at("pruner").get<std::string>(),
            .withArguments = json.value("with arguments", false)};
  });
}

} // namespace tenon::search
