# The rules service, for a ClickHouse server: without the embedded engine. Not built here (no Docker).
# Three stages: compile, fetch what runs, and put both on a bare image.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY contract/package.json contract/package.json
COPY backend/package.json backend/package.json
COPY plugin/package.json plugin/package.json
RUN npm ci --ignore-scripts --workspace contract --workspace backend --include-workspace-root
COPY contract contract
COPY backend backend
RUN npx tsc -b contract backend

FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY contract/package.json contract/package.json
COPY backend/package.json backend/package.json
COPY plugin/package.json plugin/package.json
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspace contract --workspace backend

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production \
    LOGLAKE_HOST=0.0.0.0 \
    LOGLAKE_SYSLOG_HOST=0.0.0.0 \
    LOGLAKE_DATA_DIR=/var/lib/loglake \
    LOGLAKE_RULES_DIR=/app/rules \
    LOGLAKE_SCENARIOS_DIR=/app/scenarios
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/contract/package.json contract/package.json
COPY --from=build /app/contract/dist contract/dist
COPY --from=build /app/backend/package.json backend/package.json
COPY --from=build /app/backend/dist backend/dist
COPY backend/migrations backend/migrations
COPY backend/parsers backend/parsers
COPY backend/pipelines backend/pipelines
COPY rules rules
COPY scenarios scenarios
RUN mkdir -p /var/lib/loglake && chown node:node /var/lib/loglake
USER node
VOLUME /var/lib/loglake
EXPOSE 8450 5514/tcp 5514/udp
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.LOGLAKE_PORT || 8450) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "backend/dist/src/main.js"]
