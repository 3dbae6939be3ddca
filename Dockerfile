# Heddle, the bot alone: configured by environment variables (.env.example), state in MongoDB or in the volume /data.
# Tags move: to build from the very image that you checked, give it by its digest, --build-arg NODE_IMAGE=node:26-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:26-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The tools for tests are not needed, nor is a Node besides the image's own; what draws diagrams is an optional package of this machine.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/node-bin-*

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data WORKFLOWS_DIR=/app/workflows CONNECTORS_DIR=/app/connectors
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json manifest.yml ./
COPY src ./src
COPY scripts/backup.ts scripts/doctor.ts scripts/reencrypt.ts scripts/restore.ts scripts/token.ts ./scripts/
COPY scripts/reencrypt ./scripts/reencrypt
COPY workflows ./workflows
COPY connectors ./connectors
RUN mkdir --mode=700 /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
# Ready means: connected to the store and not about to stop. A bot that drains is unhealthy on purpose.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm in between, so that SIGTERM reaches the bot.
CMD ["node", "src/main.ts"]
