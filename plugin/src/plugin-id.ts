/** As in plugin.json; never changes. */
export const pluginId = 'loglake-siem-app';
/** Where Grafana shows the app. */
export const appRoot = `/a/${pluginId}`;
/** Where Grafana shows the app's configuration. */
export const configurationPath = `/plugins/${pluginId}`;
