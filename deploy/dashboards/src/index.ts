export { type DashboardFile, dashboardFiles } from './dashboards.ts';
