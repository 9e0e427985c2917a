import { auth } from "../auth";

export default async function Home() {
  const session = await auth();
  if (!session) {
    return (
      <main>
        <h1>Orders</h1>
        <p>You are signed out.</p>
        <a href="/api/auth/login?returnTo=/orders">Sign in</a>
      </main>
    );
  }
  return (
    <main>
      <h1>Orders</h1>
      <p>You are {session.user.name || session.user.email}.</p>
      <p>
        <a href="/orders">Your orders</a>
      </p>
      <form method="post" action="/api/auth/logout">
        <button type="submit">Sign out</button>
      </form>
    </main>
  );
}
