FROM node:lts-alpine
ENV NODE_ENV=production
WORKDIR /usr/src/app
COPY --chown=node:root ["package.json", "package-lock.json*", "npm-shrinkwrap.json*", "./"]
RUN npm install --production --silent && mv node_modules ../
COPY --chown=node:root . .
EXPOSE 3000
RUN chown node /usr/src/app
USER node
CMD ["node", "index.js"]
