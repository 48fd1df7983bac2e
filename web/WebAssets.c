// Written by Tests/scripts/list-assets.sh: run it after adding or removing a file.
#include "WebAssets.h"

static const unsigned char file_0[] = {
#embed "css/app.css"
};

static const unsigned char file_1[] = {
#embed "css/base.css"
};

static const unsigned char file_2[] = {
#embed "css/button.css"
};

static const unsigned char file_3[] = {
#embed "css/card.css"
};

static const unsigned char file_4[] = {
#embed "css/connection-badge.css"
};

static const unsigned char file_5[] = {
#embed "css/control-panel.css"
};

static const unsigned char file_6[] = {
#embed "css/dashboard-page.css"
};

static const unsigned char file_7[] = {
#embed "css/device.css"
};

static const unsigned char file_8[] = {
#embed "css/error-banner.css"
};

static const unsigned char file_9[] = {
#embed "css/field.css"
};

static const unsigned char file_10[] = {
#embed "css/frame-viewer.css"
};

static const unsigned char file_11[] = {
#embed "css/job-list.css"
};

static const unsigned char file_12[] = {
#embed "css/job-page.css"
};

static const unsigned char file_13[] = {
#embed "css/lamp.css"
};

static const unsigned char file_14[] = {
#embed "css/loading-spinner.css"
};

static const unsigned char file_15[] = {
#embed "css/page-shell.css"
};

static const unsigned char file_16[] = {
#embed "css/plugin-inspector.css"
};

static const unsigned char file_17[] = {
#embed "css/progress-bar.css"
};

static const unsigned char file_18[] = {
#embed "css/realtime-overlay.css"
};

static const unsigned char file_19[] = {
#embed "css/reset.css"
};

static const unsigned char file_20[] = {
#embed "css/result-view.css"
};

static const unsigned char file_21[] = {
#embed "css/start-job-form.css"
};

static const unsigned char file_22[] = {
#embed "css/status.css"
};

static const unsigned char file_23[] = {
#embed "css/storage-banner.css"
};

static const unsigned char file_24[] = {
#embed "css/stories-page.css"
};

static const unsigned char file_25[] = {
#embed "css/toast.css"
};

static const unsigned char file_26[] = {
#embed "css/tokens.css"
};

static const unsigned char file_27[] = {
#embed "css/utilities.css"
};

static const unsigned char file_28[] = {
#embed "img/favicon-failed.svg"
};

static const unsigned char file_29[] = {
#embed "img/favicon-running.svg"
};

static const unsigned char file_30[] = {
#embed "img/favicon-succeeded.svg"
};

static const unsigned char file_31[] = {
#embed "img/favicon.svg"
};

static const unsigned char file_32[] = {
#embed "js/app.js"
};

static const unsigned char file_33[] = {
#embed "js/clipboard.js"
};

static const unsigned char file_34[] = {
#embed "js/dom.js"
};

static const unsigned char file_35[] = {
#embed "js/elements/connection-badge.js"
};

static const unsigned char file_36[] = {
#embed "js/elements/control-panel.js"
};

static const unsigned char file_37[] = {
#embed "js/elements/error-banner.js"
};

static const unsigned char file_38[] = {
#embed "js/elements/frame-viewer.js"
};

static const unsigned char file_39[] = {
#embed "js/elements/job-list.js"
};

static const unsigned char file_40[] = {
#embed "js/elements/list-rows.js"
};

static const unsigned char file_41[] = {
#embed "js/elements/moments.js"
};

static const unsigned char file_42[] = {
#embed "js/elements/plugin-inspector.js"
};

static const unsigned char file_43[] = {
#embed "js/elements/progress-view.js"
};

static const unsigned char file_44[] = {
#embed "js/elements/realtime-overlay.js"
};

static const unsigned char file_45[] = {
#embed "js/elements/start-job.js"
};

static const unsigned char file_46[] = {
#embed "js/elements/storage-banner.js"
};

static const unsigned char file_47[] = {
#embed "js/elements/theme-toggle.js"
};

static const unsigned char file_48[] = {
#embed "js/elements/warning-list.js"
};

static const unsigned char file_49[] = {
#embed "js/jobs/box-labels.js"
};

static const unsigned char file_50[] = {
#embed "js/jobs/frames.js"
};

static const unsigned char file_51[] = {
#embed "js/jobs/job-actions.js"
};

static const unsigned char file_52[] = {
#embed "js/jobs/job-notification.js"
};

static const unsigned char file_53[] = {
#embed "js/jobs/job-parts.js"
};

static const unsigned char file_54[] = {
#embed "js/jobs/job-requests.js"
};

static const unsigned char file_55[] = {
#embed "js/jobs/job-state.js"
};

static const unsigned char file_56[] = {
#embed "js/jobs/job-tab.js"
};

static const unsigned char file_57[] = {
#embed "js/jobs/job-view.js"
};

static const unsigned char file_58[] = {
#embed "js/jobs/listed-job.js"
};

static const unsigned char file_59[] = {
#embed "js/jobs/live-job-list.js"
};

static const unsigned char file_60[] = {
#embed "js/jobs/live-job.js"
};

static const unsigned char file_61[] = {
#embed "js/jobs/live-jobs.js"
};

static const unsigned char file_62[] = {
#embed "js/jobs/milestones.js"
};

static const unsigned char file_63[] = {
#embed "js/jobs/recorded-job.js"
};

static const unsigned char file_64[] = {
#embed "js/jobs/state-words.js"
};

static const unsigned char file_65[] = {
#embed "js/jobs/story-player.js"
};

static const unsigned char file_66[] = {
#embed "js/kept-state.js"
};

static const unsigned char file_67[] = {
#embed "js/keys.js"
};

static const unsigned char file_68[] = {
#embed "js/link-guard.js"
};

static const unsigned char file_69[] = {
#embed "js/listeners.js"
};

static const unsigned char file_70[] = {
#embed "js/live-page.js"
};

static const unsigned char file_71[] = {
#embed "js/page.js"
};

static const unsigned char file_72[] = {
#embed "js/pages/dashboard.js"
};

static const unsigned char file_73[] = {
#embed "js/pages/job.js"
};

static const unsigned char file_74[] = {
#embed "js/pages/plain.js"
};

static const unsigned char file_75[] = {
#embed "js/pages/stories.js"
};

static const unsigned char file_76[] = {
#embed "js/pages/story.js"
};

static const unsigned char file_77[] = {
#embed "js/paint.js"
};

static const unsigned char file_78[] = {
#embed "js/preferences.js"
};

static const unsigned char file_79[] = {
#embed "js/readable.js"
};

static const unsigned char file_80[] = {
#embed "js/realtime/close-reasons.js"
};

static const unsigned char file_81[] = {
#embed "js/realtime/connection-badge-words.js"
};

static const unsigned char file_82[] = {
#embed "js/realtime/connection-machine.js"
};

static const unsigned char file_83[] = {
#embed "js/realtime/connection-state.js"
};

static const unsigned char file_84[] = {
#embed "js/realtime/hole-policy.js"
};

static const unsigned char file_85[] = {
#embed "js/realtime/list-state.js"
};

static const unsigned char file_86[] = {
#embed "js/realtime/live-connection.js"
};

static const unsigned char file_87[] = {
#embed "js/realtime/live-list.js"
};

static const unsigned char file_88[] = {
#embed "js/realtime/live-view.js"
};

static const unsigned char file_89[] = {
#embed "js/realtime/message-stream.js"
};

static const unsigned char file_90[] = {
#embed "js/realtime/messages.js"
};

static const unsigned char file_91[] = {
#embed "js/realtime/page-life.js"
};

static const unsigned char file_92[] = {
#embed "js/realtime/polling.js"
};

static const unsigned char file_93[] = {
#embed "js/realtime/reachability.js"
};

static const unsigned char file_94[] = {
#embed "js/realtime/realtime-client.js"
};

static const unsigned char file_95[] = {
#embed "js/realtime/realtime-store.js"
};

static const unsigned char file_96[] = {
#embed "js/realtime/retry-schedule.js"
};

static const unsigned char file_97[] = {
#embed "js/realtime/silence-watch.js"
};

static const unsigned char file_98[] = {
#embed "js/realtime/sleep-aware-timer.js"
};

static const unsigned char file_99[] = {
#embed "js/realtime/snapshot-assembly.js"
};

static const unsigned char file_100[] = {
#embed "js/realtime/sse-transport.js"
};

static const unsigned char file_101[] = {
#embed "js/realtime/stream-position.js"
};

static const unsigned char file_102[] = {
#embed "js/realtime/stream-slots.js"
};

static const unsigned char file_103[] = {
#embed "js/realtime/transport-choice.js"
};

static const unsigned char file_104[] = {
#embed "js/realtime/transport.js"
};

static const unsigned char file_105[] = {
#embed "js/realtime/websocket-transport.js"
};

static const unsigned char file_106[] = {
#embed "js/search-text.js"
};

static const unsigned char file_107[] = {
#embed "js/server-clock.js"
};

static const unsigned char file_108[] = {
#embed "js/theme.js"
};

static const unsigned char file_109[] = {
#embed "js/toast.js"
};

static const unsigned char file_110[] = {
#embed "js/values.js"
};

static const struct telltale_asset assets[] = {
    {"css/app.css", file_0, sizeof file_0},
    {"css/base.css", file_1, sizeof file_1},
    {"css/button.css", file_2, sizeof file_2},
    {"css/card.css", file_3, sizeof file_3},
    {"css/connection-badge.css", file_4, sizeof file_4},
    {"css/control-panel.css", file_5, sizeof file_5},
    {"css/dashboard-page.css", file_6, sizeof file_6},
    {"css/device.css", file_7, sizeof file_7},
    {"css/error-banner.css", file_8, sizeof file_8},
    {"css/field.css", file_9, sizeof file_9},
    {"css/frame-viewer.css", file_10, sizeof file_10},
    {"css/job-list.css", file_11, sizeof file_11},
    {"css/job-page.css", file_12, sizeof file_12},
    {"css/lamp.css", file_13, sizeof file_13},
    {"css/loading-spinner.css", file_14, sizeof file_14},
    {"css/page-shell.css", file_15, sizeof file_15},
    {"css/plugin-inspector.css", file_16, sizeof file_16},
    {"css/progress-bar.css", file_17, sizeof file_17},
    {"css/realtime-overlay.css", file_18, sizeof file_18},
    {"css/reset.css", file_19, sizeof file_19},
    {"css/result-view.css", file_20, sizeof file_20},
    {"css/start-job-form.css", file_21, sizeof file_21},
    {"css/status.css", file_22, sizeof file_22},
    {"css/storage-banner.css", file_23, sizeof file_23},
    {"css/stories-page.css", file_24, sizeof file_24},
    {"css/toast.css", file_25, sizeof file_25},
    {"css/tokens.css", file_26, sizeof file_26},
    {"css/utilities.css", file_27, sizeof file_27},
    {"img/favicon-failed.svg", file_28, sizeof file_28},
    {"img/favicon-running.svg", file_29, sizeof file_29},
    {"img/favicon-succeeded.svg", file_30, sizeof file_30},
    {"img/favicon.svg", file_31, sizeof file_31},
    {"js/app.js", file_32, sizeof file_32},
    {"js/clipboard.js", file_33, sizeof file_33},
    {"js/dom.js", file_34, sizeof file_34},
    {"js/elements/connection-badge.js", file_35, sizeof file_35},
    {"js/elements/control-panel.js", file_36, sizeof file_36},
    {"js/elements/error-banner.js", file_37, sizeof file_37},
    {"js/elements/frame-viewer.js", file_38, sizeof file_38},
    {"js/elements/job-list.js", file_39, sizeof file_39},
    {"js/elements/list-rows.js", file_40, sizeof file_40},
    {"js/elements/moments.js", file_41, sizeof file_41},
    {"js/elements/plugin-inspector.js", file_42, sizeof file_42},
    {"js/elements/progress-view.js", file_43, sizeof file_43},
    {"js/elements/realtime-overlay.js", file_44, sizeof file_44},
    {"js/elements/start-job.js", file_45, sizeof file_45},
    {"js/elements/storage-banner.js", file_46, sizeof file_46},
    {"js/elements/theme-toggle.js", file_47, sizeof file_47},
    {"js/elements/warning-list.js", file_48, sizeof file_48},
    {"js/jobs/box-labels.js", file_49, sizeof file_49},
    {"js/jobs/frames.js", file_50, sizeof file_50},
    {"js/jobs/job-actions.js", file_51, sizeof file_51},
    {"js/jobs/job-notification.js", file_52, sizeof file_52},
    {"js/jobs/job-parts.js", file_53, sizeof file_53},
    {"js/jobs/job-requests.js", file_54, sizeof file_54},
    {"js/jobs/job-state.js", file_55, sizeof file_55},
    {"js/jobs/job-tab.js", file_56, sizeof file_56},
    {"js/jobs/job-view.js", file_57, sizeof file_57},
    {"js/jobs/listed-job.js", file_58, sizeof file_58},
    {"js/jobs/live-job-list.js", file_59, sizeof file_59},
    {"js/jobs/live-job.js", file_60, sizeof file_60},
    {"js/jobs/live-jobs.js", file_61, sizeof file_61},
    {"js/jobs/milestones.js", file_62, sizeof file_62},
    {"js/jobs/recorded-job.js", file_63, sizeof file_63},
    {"js/jobs/state-words.js", file_64, sizeof file_64},
    {"js/jobs/story-player.js", file_65, sizeof file_65},
    {"js/kept-state.js", file_66, sizeof file_66},
    {"js/keys.js", file_67, sizeof file_67},
    {"js/link-guard.js", file_68, sizeof file_68},
    {"js/listeners.js", file_69, sizeof file_69},
    {"js/live-page.js", file_70, sizeof file_70},
    {"js/page.js", file_71, sizeof file_71},
    {"js/pages/dashboard.js", file_72, sizeof file_72},
    {"js/pages/job.js", file_73, sizeof file_73},
    {"js/pages/plain.js", file_74, sizeof file_74},
    {"js/pages/stories.js", file_75, sizeof file_75},
    {"js/pages/story.js", file_76, sizeof file_76},
    {"js/paint.js", file_77, sizeof file_77},
    {"js/preferences.js", file_78, sizeof file_78},
    {"js/readable.js", file_79, sizeof file_79},
    {"js/realtime/close-reasons.js", file_80, sizeof file_80},
    {"js/realtime/connection-badge-words.js", file_81, sizeof file_81},
    {"js/realtime/connection-machine.js", file_82, sizeof file_82},
    {"js/realtime/connection-state.js", file_83, sizeof file_83},
    {"js/realtime/hole-policy.js", file_84, sizeof file_84},
    {"js/realtime/list-state.js", file_85, sizeof file_85},
    {"js/realtime/live-connection.js", file_86, sizeof file_86},
    {"js/realtime/live-list.js", file_87, sizeof file_87},
    {"js/realtime/live-view.js", file_88, sizeof file_88},
    {"js/realtime/message-stream.js", file_89, sizeof file_89},
    {"js/realtime/messages.js", file_90, sizeof file_90},
    {"js/realtime/page-life.js", file_91, sizeof file_91},
    {"js/realtime/polling.js", file_92, sizeof file_92},
    {"js/realtime/reachability.js", file_93, sizeof file_93},
    {"js/realtime/realtime-client.js", file_94, sizeof file_94},
    {"js/realtime/realtime-store.js", file_95, sizeof file_95},
    {"js/realtime/retry-schedule.js", file_96, sizeof file_96},
    {"js/realtime/silence-watch.js", file_97, sizeof file_97},
    {"js/realtime/sleep-aware-timer.js", file_98, sizeof file_98},
    {"js/realtime/snapshot-assembly.js", file_99, sizeof file_99},
    {"js/realtime/sse-transport.js", file_100, sizeof file_100},
    {"js/realtime/stream-position.js", file_101, sizeof file_101},
    {"js/realtime/stream-slots.js", file_102, sizeof file_102},
    {"js/realtime/transport-choice.js", file_103, sizeof file_103},
    {"js/realtime/transport.js", file_104, sizeof file_104},
    {"js/realtime/websocket-transport.js", file_105, sizeof file_105},
    {"js/search-text.js", file_106, sizeof file_106},
    {"js/server-clock.js", file_107, sizeof file_107},
    {"js/theme.js", file_108, sizeof file_108},
    {"js/toast.js", file_109, sizeof file_109},
    {"js/values.js", file_110, sizeof file_110},
};

size_t telltale_asset_count(void) { return sizeof assets / sizeof assets[0]; }

struct telltale_asset telltale_asset(size_t index) { return assets[index]; }
