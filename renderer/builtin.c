/* The files are placed in the program as they stand; a name is looked up in a table. */
#include "renderer/builtin.h"

#include "data/base/embed.h"

EMBED(style_light, "styles/light.json")
EMBED(style_dark, "styles/dark.json")
EMBED(style_print, "styles/print.json")
EMBED(style_deployments, "styles/deployments.json")

EMBED(icon_alpr, "styles/icons/alpr.svg")
EMBED(icon_audio_sensor, "styles/icons/audio_sensor.svg")
EMBED(icon_biometric_gate, "styles/icons/biometric_gate.svg")
EMBED(icon_body_cam, "styles/icons/body_cam.svg")
EMBED(icon_cctv, "styles/icons/cctv.svg")
EMBED(icon_court, "styles/icons/court.svg")
EMBED(icon_denunciation_app, "styles/icons/denunciation_app.svg")
EMBED(icon_dots, "styles/icons/dots.svg")
EMBED(icon_dots_dark, "styles/icons/dots-dark.svg")
EMBED(icon_drone, "styles/icons/drone.svg")
EMBED(icon_facial_recognition, "styles/icons/facial_recognition.svg")
EMBED(icon_hatch, "styles/icons/hatch.svg")
EMBED(icon_hatch_dark, "styles/icons/hatch-dark.svg")
EMBED(icon_hypervision, "styles/icons/hypervision.svg")
EMBED(icon_other, "styles/icons/other.svg")
EMBED(icon_place, "styles/icons/place.svg")
EMBED(icon_police, "styles/icons/police.svg")
EMBED(icon_police_file, "styles/icons/police_file.svg")
EMBED(icon_predictive_policing, "styles/icons/predictive_policing.svg")
EMBED(icon_school, "styles/icons/school.svg")
EMBED(icon_sensor_other, "styles/icons/sensor_other.svg")
EMBED(icon_smart_city_platform, "styles/icons/smart_city_platform.svg")
EMBED(icon_speed_enforcement, "styles/icons/speed_enforcement.svg")
EMBED(icon_station, "styles/icons/station.svg")
EMBED(icon_talking_camera, "styles/icons/talking_camera.svg")
EMBED(icon_thermal_camera, "styles/icons/thermal_camera.svg")
EMBED(icon_townhall, "styles/icons/townhall.svg")
EMBED(icon_vehicle_cam, "styles/icons/vehicle_cam.svg")
EMBED(icon_vsa, "styles/icons/vsa.svg")

struct packed {
    const char *name;
    struct str (*text)(void);
};

static const struct packed STYLES[] = {{"light", style_light}, {"dark", style_dark}, {"print", style_print}, {"deployments", style_deployments}};
static const struct packed ICONS[] = {
    {"alpr", icon_alpr}, {"audio_sensor", icon_audio_sensor}, {"biometric_gate", icon_biometric_gate},
    {"body_cam", icon_body_cam}, {"cctv", icon_cctv}, {"court", icon_court},
    {"denunciation_app", icon_denunciation_app}, {"dots", icon_dots}, {"dots-dark", icon_dots_dark},
    {"drone", icon_drone}, {"facial_recognition", icon_facial_recognition}, {"hatch", icon_hatch},
    {"hatch-dark", icon_hatch_dark}, {"hypervision", icon_hypervision}, {"other", icon_other}, {"place", icon_place},
    {"police", icon_police}, {"police_file", icon_police_file}, {"predictive_policing", icon_predictive_policing},
    {"school", icon_school}, {"sensor_other", icon_sensor_other}, {"smart_city_platform", icon_smart_city_platform},
    {"speed_enforcement", icon_speed_enforcement}, {"station", icon_station}, {"talking_camera", icon_talking_camera},
    {"thermal_camera", icon_thermal_camera}, {"townhall", icon_townhall}, {"vehicle_cam", icon_vehicle_cam},
    {"vsa", icon_vsa},
};

static bool find(const struct packed *table, size_t n, struct str name, struct str *out)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(table[i].name), name)) {
            *out = table[i].text();
            return true;
        }
    return false;
}

bool builtin_style(struct str name, struct str *json)
{
    return find(STYLES, COUNT(STYLES), name, json);
}

const char *builtin_style_name(size_t i)
{
    return i < COUNT(STYLES) ? STYLES[i].name : NULL;
}

bool builtin_icon(struct str name, struct str *svg)
{
    return find(ICONS, COUNT(ICONS), name, svg);
}
